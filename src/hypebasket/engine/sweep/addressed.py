"""The loop's records as compiled code takes them: a bundle of arrays is one address, its arrays are addresses there.

Handed over as arrays, a run's records would be a hundred words in every call, and the compiler would count references
to each. What is handed over here is a table for each bundle: of every array its address and its number of columns.
Whoever calls keeps the arrays alive; no index is checked, as in any compiled code of numba.
"""

from __future__ import annotations

import operator
from functools import cache
from typing import Any, Final

import numpy as np
from numba import from_dtype, types
from numba.core import cgutils
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from hypebasket.engine.sweep.compiler import compile_kernel
from hypebasket.engine.sweep.drive import drive
from hypebasket.engine.sweep.records import LAYOUTS, Books, Draws, Layout, Market, Script
from hypebasket.market.panel import Integers

__all__ = ["run_compiled"]

WORDS: Final = 2
"""Of an array in a table: its address and its number of columns."""


class RowsType(types.Type):
    """An array of records by its address."""

    def __init__(self, layout: Layout) -> None:
        self.record = from_dtype(layout.dtype)
        super().__init__(f"Rows({layout.name})")


class BundleType(types.Type):
    """Several arrays of records by the address of their table."""

    def __init__(self, bundle: type[Any]) -> None:
        self.fields = bundle._fields
        self.rows = tuple(RowsType(layout) for layout in LAYOUTS[bundle])
        super().__init__(bundle.__name__)


@register_model(RowsType)
class RowsModel(models.StructModel):
    """Address and number of columns."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("address", types.intp), ("columns", types.intp)])


@register_model(BundleType)
class BundleModel(models.PrimitiveModel):
    """The address of the table."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, cgutils.intp_t)


@infer_getattr
class BundleAttributes(AttributeTemplate):
    """``books.orders``."""

    key = BundleType

    def generic_resolve(self, bundle: BundleType, name: str) -> RowsType | None:  # type: ignore[override]
        """Return the type of an array of the bundle."""
        return bundle.rows[bundle.fields.index(name)] if name in bundle.fields else None


@lower_getattr_generic(BundleType)  # type: ignore[untyped-decorator]
def _array(context: Any, builder: Any, bundle: BundleType, table: Any, name: str) -> Any:
    place = bundle.fields.index(name)
    words = builder.inttoptr(table, cgutils.intp_t.as_pointer())
    rows = cgutils.create_struct_proxy(bundle.rows[place])(context, builder)
    rows.address, rows.columns = (_word(builder, words, WORDS * place + word) for word in range(WORDS))
    return rows._getvalue()  # noqa: SLF001


def _word(builder: Any, table: Any, number: int) -> Any:
    """Return a word of a table; it stays what it is, so that it need not be read again after everything written."""
    word = builder.load(builder.gep(table, [cgutils.intp_t(number)]))
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


@infer_global(operator.getitem)
class RowsItem(AbstractTemplate):
    """``books.orders[slot]`` and ``market.cells[row, column]``."""

    def generic(self, args: Any, keywords: Any) -> Any:
        """Return the signature for a record of an array."""
        rows, index = args
        return signature(rows.record, rows, index) if isinstance(rows, RowsType) else None


@lower_builtin(operator.getitem, RowsType, types.Integer)  # type: ignore[untyped-decorator]
def _record(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    rows = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    number = context.cast(builder, args[1], sig.args[1], types.intp)
    return _at(context, builder, sig, rows.address, number)


@lower_builtin(operator.getitem, RowsType, types.BaseTuple)  # type: ignore[untyped-decorator]
def _record_of_two(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    rows = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    row, column = (
        context.cast(builder, value, kind, types.intp)
        for value, kind in zip(cgutils.unpack_tuple(builder, args[1]), sig.args[1], strict=True)
    )
    return _at(context, builder, sig, rows.address, builder.add(builder.mul(row, rows.columns), column))


def _at(context: Any, builder: Any, sig: Any, address: Any, number: Any) -> Any:
    record = sig.return_type
    place = builder.add(address, builder.mul(number, cgutils.intp_t(record.size)))
    return builder.inttoptr(place, context.get_value_type(record))


def _opener(bundle: type[Any]) -> Any:
    """Return a function of compiled code that takes a table's address for the bundle."""
    kind = BundleType(bundle)

    @intrinsic
    def open_bundle(typing: Any, address: Any) -> Any:
        return kind(types.intp), lambda context, builder, sig, args: args[0]

    return open_bundle


_market, _script, _books, _draws = (_opener(bundle) for bundle in LAYOUTS)


def _drive_at(market: int, script: int, books: int, draws: int) -> int:
    return drive(_market(market), _script(script), _books(books), _draws(draws))


def run_compiled(market: Market, script: Script, books: Books, draws: Draws) -> int:
    """Run ``drive`` on arrays, compiled; return how many calendars were run."""
    tables = [_table(bundle) for bundle in (market, script, books, draws)]
    done: int = _kernel()(*(_address(table) for table in tables))
    return done


@cache
def _kernel() -> Any:
    return compile_kernel(_drive_at, *(types.intp,) * len(LAYOUTS))


def _table(bundle: Any) -> Integers:
    """Return the address and the number of columns of every array."""
    return np.array([(_address(array), array.shape[-1]) for array in bundle], dtype=np.int64)


def _address(array: Any) -> int:
    address: int = array.ctypes.data  # the other way to it, the array interface, spells out every field's type
    return address
