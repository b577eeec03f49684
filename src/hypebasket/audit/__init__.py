"""The auditor's own replay: a finished ledger against the market and the law, without the engine that wrote it."""
