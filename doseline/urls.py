# SPDX-License-Identifier: Apache-2.0
"""Every address Django answers. The door (doseline/door) takes /sync/v1/facts and /sync/v1/packs/… before it gets here."""

from django.urls import include, path

from doseline import health, pages
from doseline.imports import views as imports
from doseline.messages import views as messages
from doseline.paper import doors as paper_doors
from doseline.paper import one_row as paper_one_row
from doseline.paper import row_views as paper_rows
from doseline.paper import views as paper
from doseline.planning import start_views as starts
from doseline.planning import views as planning
from doseline.register import views as register
from doseline.rehearsal import views as rehearsal
from doseline.situation import views as situation
from doseline.staff import views as staff
from doseline.sync import openapi
from doseline.sync import views as sync

handler500 = pages.server_error
urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", pages.set_language, name="set_language"),
    path("healthz", health.healthz),
    path("account/email/", pages.not_here),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("hq/", situation.home, name="hq"),
    path("hq/area/<str:area>/", situation.board, name="board"),
    path("hq/area/<str:area>/<slug:kind>/", situation.board_list, name="board_list"),
    path("hq/site/<uuid:site_id>/", situation.site, name="site_board"),
    path("hq/session/<uuid:session_id>/", situation.session, name="session"),
    path("hq/session/<uuid:session_id>/<slug:kind>/", situation.session_list, name="session_list"),
    path("hq/site/<uuid:site_id>/phones/", staff.site_phones, name="site_phones"),
    path("hq/phone/<uuid:device_id>/revoke/", staff.revoke_phone, name="revoke_phone"),
    path("hq/carried/", sync.carried, name="carried"),
    path("hq/lists/", imports.lists, name="lists"),
    path("hq/lists/template/", imports.template, name="list_template"),
    path("hq/lists/<uuid:import_id>/", imports.one_list, name="list"),
    path("hq/lists/<uuid:import_id>/columns/", imports.columns, name="list_columns"),
    path("hq/lists/<uuid:import_id>/faulty/", imports.faulty, name="list_faulty"),
    path("hq/lists/<uuid:import_id>/rows/<slug:kind>/", imports.rows, name="list_rows"),
    path("hq/lists/<uuid:import_id>/<slug:act>/", imports.act_on_list, name="act_on_list"),
    path("hq/paper/", paper.paper, name="paper"),
    path("hq/paper/hand-over/", paper.hand_over, name="hand_over"),
    path("hq/paper/open/", paper.items, name="paper_items"),
    path("hq/paper/review/", paper.review, name="paper_review"),
    path("hq/paper/rows/", paper_one_row.one_row, name="one_row"),
    path("hq/paper/rows/<uuid:row_id>.jpg", paper_one_row.row_in_hand_picture, name="row_in_hand_picture"),
    path("hq/paper/session/<uuid:session_id>/", paper.sheets, name="sheets"),
    path("hq/paper/session/<uuid:session_id>/sheets.pdf", paper.sheets_pdf, name="sheets_pdf"),
    path("hq/paper/session/<uuid:session_id>/register/", paper_rows.register, name="paper_register"),
    path("hq/paper/sheet/<uuid:sheet_id>/", paper_rows.sheet, name="sheet"),
    path("hq/paper/sheet/<uuid:sheet_id>/picture.png", paper.sheet_picture, name="sheet_picture"),
    path("hq/paper/sheet/<uuid:sheet_id>/keyed/", paper_rows.keyed, name="keyed"),
    path("hq/paper/row/<uuid:row_id>/", paper_rows.row, name="sheet_row"),
    path("hq/paper/row/<uuid:row_id>/picture.jpg", paper_rows.row_picture, name="row_picture"),
    path("hq/paper/scan/<uuid:scan_id>/", paper.scan, name="scan"),
    path("hq/paper/scan/<uuid:scan_id>/<int:number>.jpg", paper.scan_picture, name="scan_picture"),
    path("hq/paper/evidence/<uuid:fact_id>.jpg", paper.evidence, name="evidence"),
    path("hq/people/", register.people, name="people"),
    path("hq/people/pairs/", register.pairs, name="pairs"),
    path("hq/people/links/<uuid:link_id>/unlink/", register.unlink, name="unlink"),
    path("hq/people/<uuid:person_id>/", register.person, name="person"),
    path("hq/plan/", planning.plan, name="plan"),
    path("hq/plan/new/", planning.new_sessions, name="new_sessions"),
    path("hq/plan/copy/", planning.copy_week, name="copy_week"),
    path("hq/plan/people/", planning.ask_allotment, name="ask_allotment"),
    path("hq/plan/people/<uuid:run_id>/", planning.allotment_run, name="allotment_run"),
    path("hq/plan/second/", planning.second_doses, name="second_doses"),
    path("hq/plan/batches/", planning.batches, name="batches"),
    path("hq/plan/readiness/", planning.readiness, name="readiness"),
    path("hq/plan/sites/", planning.sites, name="sites"),
    path("hq/plan/site/<uuid:site_id>/", planning.site, name="site"),
    path("hq/plan/session/<uuid:session_id>/", planning.plan_session, name="plan_session"),
    path("hq/plan/session/<uuid:session_id>/pack.pdf", planning.print_pack, name="print_pack"),
    path("hq/plan/session/<uuid:session_id>/voice/", starts.voice_answer, name="voice_answer"),
    path("hq/plan/start/<uuid:fact_id>/settle/", starts.settle_start, name="settle_start"),
    path("hq/messages/", messages.reach, name="reach"),
    path("hq/messages/send/", messages.send, name="send_messages"),
    path("hq/messages/texts/", messages.texts, name="texts"),
    path("hq/messages/session/<uuid:session_id>/", messages.reach_session, name="reach_session"),
    path("hq/messages/<slug:kind>/", messages.reach_list, name="reach_list"),
    path("hq/calls/", messages.calls, name="calls"),
    path("hq/calls/list/<slug:what>/", messages.call_list, name="call_list"),
    path("hq/calls/<uuid:call_id>/", messages.call, name="call"),
    path("hq/calls/<uuid:call_id>/release/", messages.release, name="release_call"),
    path("messages/v1/inbound", paper_doors.inbound, name="inbound"),
    path("messages/v1/receipt", messages.receipt, name="receipt"),
    path("demo/phones/", messages.demo_phones, name="demo_phones"),
    path("api/", openapi.page, name="api"),
    path("api/openapi.json", openapi.document, name="openapi"),
    path("sync/v1/enrol", sync.enrol),
    path("sync/v1/packs", sync.list_packs),
    path("sync/v1/carried", sync.carry),
    path("sync/v1/sheets", paper_doors.phone_photo),
    path("sync/v1/evidence/<uuid:fact_id>", paper_doors.phone_evidence),
    path("sync/v1/sessions/<uuid:session_id>/changes", sync.get_changes),
    path("sync/v1/sessions/<uuid:session_id>/code", sync.ask_code),
    path("sync/v1/sessions/<uuid:session_id>/code/check", sync.check_code),
    path("demo/", rehearsal.demo_page, name="demo"),
    path("demo/change/", rehearsal.change_demo, name="change_demo"),
]
