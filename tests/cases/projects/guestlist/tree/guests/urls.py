from django.conf.urls import url

from . import views

urlpatterns = [
    url(r'^$', views.guest_list, name='list'),
    url(r'^coming/(?P<pk>\d+)/$', views.coming, name='coming'),
]
