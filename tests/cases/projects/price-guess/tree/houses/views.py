import yaml
from django.conf import settings
from django.shortcuts import render
from sklearn.linear_model import LinearRegression

with open(settings.BASE_DIR / 'houses' / 'prices.yaml') as f:
    PRICES = yaml.safe_load(f)

# tiny, takes a millisecond
line = LinearRegression().fit([[p['m2']] for p in PRICES], [p['price'] for p in PRICES])


def guess(request):
    try:
        m2 = float(request.GET.get('m2', 80))
    except ValueError:
        m2 = 80.0
    return render(request, 'houses/guess.html', {'m2': m2, 'price': round(line.predict([[m2]])[0])})
