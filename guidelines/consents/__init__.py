"""How a program treats what people tell it, in versions, and who agreed to which on which day.

Decided: a program that has written nothing of its own shows the text that ships with Evenhand, which becomes its first version when the
first person agrees to it. Nobody is kept from anything for not having agreed: a yes that is the price of coming in is none.
"""
