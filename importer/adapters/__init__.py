"""One outside technology each; no adapter imports another."""
