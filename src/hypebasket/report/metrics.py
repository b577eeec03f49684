"""The metrics of quantstats in both languages, and how they relate to the comparison report's."""

from __future__ import annotations

import re

from hypebasket.ledger.result import Label

__all__ = ["DEFINITIONS", "in_both_languages"]


def _label(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


_CHINESE = {
    "Strategy": "策略",
    "Benchmark": "基准",
    "Metric": "指标",
    "Risk-Free Rate": "无风险利率",
    "Time in Market": "在场时间",
    "Cumulative Return": "累计收益",
    "CAGR﹪": "年化收益",
    "Sharpe": "夏普比率",
    "Prob. Sharpe Ratio": "概率夏普比率",
    "Smart Sharpe": "夏普比率（自相关修正）",
    "Sortino": "索提诺比率",
    "Smart Sortino": "索提诺比率（自相关修正）",
    "Sortino/√2": "索提诺/√2",
    "Smart Sortino/√2": "索提诺/√2（自相关修正）",
    "Omega": "欧米伽比率",
    "Max Drawdown": "最大回撤",
    "Max DD Date": "最大回撤日",
    "Max DD Period Start": "最大回撤开始",
    "Max DD Period End": "最大回撤结束",
    "Longest DD Days": "最长回撤（天）",
    "Volatility (ann.)": "年化波动率",
    "R^2": "拟合优度",
    "Information Ratio": "信息比率",
    "Calmar": "卡玛比率",
    "Skew": "偏度",
    "Kurtosis": "峰度",
    "Ulcer Performance Index": "溃疡绩效指数",
    "Risk-Adjusted Return": "风险调整收益",
    "Risk-Return Ratio": "收益风险比",
    "Avg. Return": "平均收益",
    "Avg. Win": "平均盈利",
    "Avg. Loss": "平均亏损",
    "Win/Loss Ratio": "盈亏比",
    "Profit Ratio": "利润比率",
    "Expected Daily": "每日期望",
    "Expected Monthly": "每月期望",
    "Expected Yearly": "每年期望",
    "Kelly Criterion": "凯利公式",
    "Risk of Ruin": "破产概率",
    "Daily Value-at-Risk": "每日风险价值",
    "Expected Shortfall (cVaR)": "期望损失",
    "Max Consecutive Wins": "最多连胜",
    "Max Consecutive Losses": "最多连败",
    "Gain/Pain Ratio": "得失比",
    "Gain/Pain (1M)": "得失比（月）",
    "Payoff Ratio": "赔率",
    "Profit Factor": "利润因子",
    "Common Sense Ratio": "常识比率",
    "CPC Index": "CPC 指数",
    "Tail Ratio": "尾部比率",
    "Outlier Win Ratio": "异常盈利比",
    "Outlier Loss Ratio": "异常亏损比",
    "MTD": "本月以来",
    "3M": "近三月",
    "6M": "近六月",
    "YTD": "今年以来",
    "1Y": "近一年",
    "3Y (ann.)": "近三年（年化）",
    "5Y (ann.)": "近五年（年化）",
    "10Y (ann.)": "近十年（年化）",
    "All-time (ann.)": "全程（年化）",
    "Best Day": "最好一日",
    "Worst Day": "最差一日",
    "Best Month": "最好一月",
    "Worst Month": "最差一月",
    "Best Year": "最好一年",
    "Worst Year": "最差一年",
    "Avg. Drawdown": "平均回撤",
    "Avg. Drawdown Days": "平均回撤（天）",
    "Recovery Factor": "恢复因子",
    "Ulcer Index": "溃疡指数",
    "Serenity Index": "宁静指数",
    "Avg. Up Month": "上涨月平均",
    "Avg. Down Month": "下跌月平均",
    "Win Days": "盈利日占比",
    "Win Month": "盈利月占比",
    "Win Quarter": "盈利季占比",
    "Win Year": "盈利年占比",
    "Beta": "贝塔",
    "Alpha": "阿尔法",
    "Correlation": "相关系数",
    "Treynor Ratio": "特雷诺比率",
    "Year": "年份",
    "Multiplier": "倍数",
    "Won": "胜出",
    "Started": "开始",
    "Recovered": "恢复",
    "Drawdown": "回撤",
    "Days": "天数",
    "Return": "收益",
    "Cumulative": "累计",
}

_CELL = re.compile(r"(<t[dh][^>]*>)\s*([^<]+?)\s*(</t[dh]>)")


def in_both_languages(table: str) -> str:
    """Return a table of quantstats with every known word in both languages; numbers and dates stay as they are."""

    def translated(cell: re.Match[str]) -> str:
        opening, word, closing = cell.groups()
        chinese = _CHINESE.get(word)
        if chinese is None:
            return cell.group()
        return f'{opening}<span lang="zh">{chinese}</span><span lang="en">{word}</span>{closing}'

    return _CELL.sub(translated, table)


DEFINITIONS = (
    _label(
        "累计收益、年化收益、波动率、夏普、索提诺与最大回撤，与对比报告同一定义，读数逐位相同：按交易日简单收益，"
        "无风险利率为零，年化用该市场每年的交易日数，标准差为样本标准差，索提诺的分母是全部交易日上负收益的均方根。",
        "Cumulative return, CAGR, volatility, Sharpe, Sortino and maximum drawdown are defined as in the comparison "
        "report and read the same: simple session returns, risk-free rate zero, annual by the market's sessions per "
        "year, sample standard deviation, Sortino over the root mean square of negative returns across all sessions.",
    ),
    _label(
        "「在场时间」不同：QuantStats 数的是收益不为零的交易日，并向上取整到百分之一；"
        "对比报告的「持仓时间占比」数的是收盘时持有股票的交易日。卖出当日有收益而收盘已空仓，因此前者通常较高。",
        "Time in Market differs: QuantStats counts sessions with a return other than zero, rounded up to a whole "
        "percent; the comparison report's sessions invested counts closes with a holding. A day of selling has a "
        "return but no holding at its close, so that the first is usually the higher.",
    ),
    _label(
        "QuantStats 的回撤长度以日历日计，「近三月」等区间也按日历回溯；对比报告一律以交易日计。",
        "QuantStats measures drawdowns in calendar days, and periods such as 3M by the calendar; the comparison "
        "report counts sessions throughout.",
    ),
)
"""What of the tearsheet's metrics is the comparison report's, and what differs by definition."""
