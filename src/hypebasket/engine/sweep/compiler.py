"""Compiles the loop where numba is installed; the same functions run as plain Python where it is not.

A function marked ``jitable`` or ``inlined`` stays a Python function, and can be called from compiled code as well.
Compiled code is kept in the user's cache folder, under a hash of every source that is compiled into it: the compiler's
own cache looks at the file of the outermost function alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["CAN_COMPILE", "cache_folder", "compile_kernel", "inlined", "jitable"]

NO_JIT = "HYPEBASKET_NO_JIT"
"""Set in the environment: nothing is compiled, and numba is not imported."""

CAN_COMPILE = not os.environ.get(NO_JIT) and find_spec("numba") is not None

Function = TypeVar("Function", bound=Callable[..., Any])


def jitable(function: Function) -> Function:
    """Return the function as it is, known to the compiler."""
    return _known_to_the_compiler(function, inline=False)


def inlined(function: Function) -> Function:
    """Return the function as it is, known to the compiler, which copies it into its callers.

    A call costs as much as the few steps of a small function, and a record's address is worked out anew behind it.
    """
    return _known_to_the_compiler(function, inline=True)


def _known_to_the_compiler(function: Function, *, inline: bool) -> Function:
    if CAN_COMPILE:
        from numba.extending import register_jitable

        from hypebasket.engine.sweep.parts import PartCompiler

        register_jitable(pipeline_class=PartCompiler, no_cfunc_wrapper=True, forceinline=inline)(function)
    return function


def compile_kernel(function: Function, *signature: Any) -> Function:
    """Compile a function for arguments of the types of ``signature``, or load it from the cache; it frees the GIL."""
    import numba

    kept = _writable(cache_folder())
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, str(cache_folder())
    try:
        compiled: Any = numba.njit(signature, nogil=True, error_model="numpy", cache=kept)
        return compiled(function)
    finally:
        config.CACHE_DIR = before


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


@cache
def cache_folder() -> Path:
    """Return the folder compiled code is kept in: one for each state of the sources."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "hypebasket" / "compiled" / _sources()


def _sources() -> str:
    """Return a short hash of the law's code and of this package."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*(here.parents[1] / "rules").glob("*.py"), *here.glob("*.py")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
