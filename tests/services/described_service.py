"""A small service with an OpenAPI document: true to it as it is, and with `--defect NAME` not, in exactly one way."""

import argparse

import uvicorn
from fastapi import FastAPI, Path, Response

DEFECTS = {
    "crashes": "A number above 1000 is answered with 500.",
    "other-type": "The name is a number, and the document says text.",
}


def application(defect: str = "") -> FastAPI:
    """The service, with a planted defect or without."""
    app = FastAPI(title="described", version="1")
    answer = {"description": "The item.", "content": {"application/json": {"schema": {
        "type": "object", "required": ["number", "name"],
        "properties": {"number": {"type": "integer"}, "name": {"type": "string"}},
    }}}}  # fmt: skip

    @app.get("/items/{number}", responses={200: answer}, response_class=Response)
    def item(number: int = Path(ge=0, le=1_000_000)) -> Response:
        if defect == "crashes" and number > 1000:
            raise RuntimeError("no such shelf")
        name = "7" if defect == "other-type" else f'"item {number}"'
        return Response(f'{{"number": {number}, "name": {name}}}', media_type="application/json")

    @app.delete("/items/{number}", status_code=204)
    def remove(number: int) -> Response:
        raise RuntimeError("a reader must never come here")

    return app


def main() -> None:
    """Serve until somebody ends it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--defect", choices=DEFECTS, default="")
    asked = parser.parse_args()
    uvicorn.run(application(asked.defect), host="127.0.0.1", port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
