"""The yardstick: one bare Django view, one indexed read, no middleware, same server, same pool."""
