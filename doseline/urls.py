# SPDX-License-Identifier: Apache-2.0
"""Every address Django answers. The door (doseline/door) takes /sync/v1/facts and /sync/v1/packs/… before it gets here."""

from django.urls import include, path

from doseline import health, pages
from doseline.imports import views as imports
from doseline.rehearsal import views as rehearsal
from doseline.situation import views as situation
from doseline.staff import views as staff
from doseline.sync import openapi
from doseline.sync import views as sync

urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", pages.set_language, name="set_language"),
    path("healthz", health.healthz),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("hq/", situation.home, name="hq"),
    path("hq/area/<str:area>/", situation.board, name="board"),
    path("hq/area/<str:area>/<slug:kind>/", situation.board_list, name="board_list"),
    path("hq/session/<uuid:session_id>/", situation.session, name="session"),
    path("hq/site/<uuid:site_id>/phones/", staff.site_phones, name="site_phones"),
    path("hq/phone/<uuid:device_id>/revoke/", staff.revoke_phone, name="revoke_phone"),
    path("hq/lists/", imports.lists, name="lists"),
    path("hq/lists/template/", imports.template, name="list_template"),
    path("hq/lists/<uuid:import_id>/", imports.one_list, name="list"),
    path("hq/lists/<uuid:import_id>/columns/", imports.columns, name="list_columns"),
    path("hq/lists/<uuid:import_id>/faulty/", imports.faulty, name="list_faulty"),
    path("hq/lists/<uuid:import_id>/rows/<slug:kind>/", imports.rows, name="list_rows"),
    path("hq/lists/<uuid:import_id>/<slug:act>/", imports.act_on_list, name="act_on_list"),
    path("api/", openapi.page, name="api"),
    path("api/openapi.json", openapi.document, name="openapi"),
    path("sync/v1/enrol", sync.enrol),
    path("sync/v1/packs", sync.list_packs),
    path("sync/v1/sessions/<uuid:session_id>/changes", sync.get_changes),
    path("demo/", rehearsal.demo_page, name="demo"),
]
