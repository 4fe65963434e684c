"""The sample system: a small options-trading desk, with market data, paper orders, risk and operations over HTTP."""
