"""The exactly known part of a spectrum, taken out before sampling: components, small components, twins, trees."""
