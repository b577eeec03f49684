"""From a dated event to the sessions on which one can act, market by market."""
