"""The check's own account of dividend tax over a consolidation, by hand."""

from __future__ import annotations

from datetime import date

from hypebasket.ledger.tax_account import TaxAccount

JANUARY, MAY, JUNE = date(2024, 1, 8), date(2024, 5, 13), date(2024, 6, 3)


def test_a_consolidation_scales_the_batches_and_leaves_them_their_days() -> None:
    account = TaxAccount(lambda symbol, bought, sold, ex_date: 100 if bought == JANUARY else 200)
    account.owed("A", JANUARY, 15)
    account.pay_out("A", MAY, 500_000, 0)
    account.owed("A", MAY, 17)
    # ten into one leaves 3 of 32: 1 of the first 15 (1.4), the younger batch has the other 2
    account.pay_out("A", MAY, 0, -29)
    assert account.batches["A"] == [(JANUARY, 1, ((MAY, 7_500_000),)), (MAY, 2, ())]
    assert account.owed("A", JUNE, -3) == 75


def test_a_batch_of_which_nothing_is_left_is_gone_and_fractions_of_a_millionth_lapse() -> None:
    account = TaxAccount(lambda symbol, bought, sold, ex_date: 100)
    account.owed("A", JANUARY, 1)
    account.owed("A", MAY, 7)
    account.pay_out("A", MAY, 27_001, -5)
    # 3 of 8: of the first 1 0.375, so nothing; then 3, which carry 7 x 27,001 = 189,007: 63,002 each
    assert account.batches["A"] == [(MAY, 3, ((MAY, 63_002),))]
