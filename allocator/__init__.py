"""Policy into plan: beds, clinics and ambulances from published health standards, with proof.

>>> import allocator as al
>>> al.read_policy("jiaxing-2025").id
'jiaxing-2025'
"""

import lazy_loader

# The names and their homes stand in __init__.pyi; a home is loaded when its name is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
