"""Data from the vendors that akshare reads: asked politely, and believed only after proof.

``network`` keeps the manners, ``calls`` asks one akshare function and says what went wrong, the adapters turn its
answer into our columns and units, ``proof`` is what an answer must stand, ``harvest`` gathers all of one symbol.
The package akshare itself is imported when the first call is made: it costs seconds.
"""
