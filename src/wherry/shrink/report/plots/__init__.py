"""The plots of the page: matplotlib draws them, the page's style sheet colours them."""
