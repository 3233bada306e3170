"""Letters to debtors: 缴费通知单, 催缴函 and the draft for a law firm, each with its number, its PDF and its proof."""
