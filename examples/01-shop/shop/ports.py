"""The port of every program of the shop, as literal numbers.

`copy_shop.py` moves a whole copy of the shop to other ports by one substitution in its text files (the rule stands
there); this file is moved like every other one.
"""

BALANCER = 8100
FIRST_INSTANCE = 8101  # shop-1; shop-2 is on the next port, and so on
STAGING = 8110
STAGING_DATABASE = 8119
DATABASE = 8120
CACHE = 8121
PAYMENTS = 8122

MOST_INSTANCES = 9
