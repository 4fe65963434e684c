"""A small service with an OpenAPI document: true to it as it is, and with `--defect NAME` not, in exactly one way."""

import argparse
import asyncio
import copy
from functools import partial

import uvicorn
from fastapi import FastAPI, Path, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

DEFECTS = {
    "crashes": "A number above 1000 is answered with 500.",
    "other-type": "The name is a number, and the document says text.",
    "unvalidated": "What is no number is answered with 500.",
    "hangs": "What is no number is never answered.",
    "any-number": "A number out of its range is answered like any other.",
    "accepted": "The item is answered with 202, which the document does not name.",
    "other-media": "The item is answered as text, and the document says JSON.",
    "dangling": "The document refers to a schema that it does not hold.",
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
        media = "text/plain" if defect == "other-media" else "application/json"
        status = 202 if defect == "accepted" else 200
        return Response(f'{{"number": {number}, "name": {name}}}', status, media_type=media)

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        """It lives, in this version."""
        return {"version": "1.4.2"}

    @app.delete("/items/{number}", status_code=204)
    def remove(number: int) -> Response:
        raise RuntimeError("a reader must never come here")

    if defect == "dangling":
        app.openapi()["paths"]["/items/{number}"]["get"]["responses"]["404"] = {
            "$ref": "#/components/responses/NotFound"
        }
    if defect in ("unvalidated", "hangs", "any-number"):
        app.middleware("http")(partial(before_validation, defect))
    return app


async def before_validation(defect: str, request: Request, go_on: RequestResponseEndpoint) -> Response:
    """What a planted defect answers before the framework looks at the number."""
    number = request.url.path.removeprefix("/items/")
    is_number = number.lstrip("-").isdigit()
    if request.method != "GET" or number == request.url.path or is_number is not (defect == "any-number"):
        return await go_on(request)
    if defect == "hangs":
        await asyncio.sleep(60)
    if defect == "any-number":
        return Response(f'{{"number": {number}, "name": "item"}}', media_type="application/json")
    return Response("{}", 500, media_type="application/json")


def main() -> None:
    """Serve until somebody ends it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, choices=range(1, 65536), metavar="PORT", required=True)
    parser.add_argument("--defect", choices=DEFECTS, default="")
    asked = parser.parse_args()
    logs = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    for formatter in logs["formatters"].values():
        formatter["fmt"] = f"%(asctime)s {formatter['fmt']}"
    uvicorn.run(application(asked.defect), host="127.0.0.1", port=asked.port, log_config=logs)


if __name__ == "__main__":
    main()
