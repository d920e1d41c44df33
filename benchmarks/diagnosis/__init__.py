"""How well ``wherry doctor`` and ``wherry explain`` name causes, on cases not written for them."""
