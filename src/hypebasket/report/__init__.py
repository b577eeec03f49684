"""Pages from numbers: the comparison page, the tearsheets, and the fonts both embed."""
