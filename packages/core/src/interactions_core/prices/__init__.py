"""What charges cost, in USD: a library's dated prices, a small overlay, or your own.

Prices are no part of what is recorded, and nothing here asks the network. Imports
`records` and what everybody may import; `turns` has charges priced when they are
written, and stores are handed a `Pricing` where costs are asked for anew.
"""
