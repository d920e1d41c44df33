from django.urls import include, path
from games.views import GameView, MoveView

urlpatterns = [
    path('games', GameView.as_view()),
    path('games/<str:pk>/moves', MoveView.as_view()),
]
