CREATE SCHEMA status;

CREATE SCHEMA status_shadow;

CREATE FUNCTION public.cut_between_words(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT (CASE WHEN ((length(cut.words) * 2) < beginning.room) THEN "left"(beginning.head, beginning.room) ELSE "left"(cut.words, beginning.room) END || ending.tail) FROM (SELECT COALESCE("substring"(cut_between_words.value, '((?: [0-9০-৯०-९]{1,3})?, [^,]{1,18})$'::text), ''::text) AS tail) ending, LATERAL (SELECT "left"(cut_between_words.value, (length(cut_between_words.value) - length(ending.tail))) AS head, (30 - length(ending.tail)) AS room) beginning, LATERAL (SELECT regexp_replace("left"(beginning.head, (beginning.room + 1)), '[\s,]+[^\s,]*$'::text, ''::text) AS words) cut);

CREATE FUNCTION public.cut_for_dlt(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (length(value) <= 30) THEN value ELSE public.cut_between_words(value) END;

CREATE FUNCTION public.is_likely(candidates jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((((candidates -> 0) -> 'reasons'::text) @> '["name_same", "phone_same"]'::jsonb) AND (((candidates -> 0) -> 'reasons'::text) ?| ARRAY['born_same'::text, 'year_same'::text]));

CREATE FUNCTION public.may_be_a_dose(state text, reading jsonb, entry jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((state <> ALL (ARRAY['entered'::text, 'empty'::text])) AND ((state <> ALL (ARRAY['certain'::text, 'second'::text])) OR (reading ? 'given'::text) OR (COALESCE(entry, '{}'::jsonb) ? 'given'::text)));

CREATE FUNCTION public.row_waits(state text, is_blank boolean, walk_in_sealed text, page_id uuid) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((state <> ALL (ARRAY['entered'::text, 'empty'::text])) AND (NOT ((state = 'open'::text) AND is_blank AND (walk_in_sealed = ''::text) AND (page_id IS NOT NULL))));

CREATE TABLE public.allotment (
    allotment_id uuid NOT NULL,
    slot_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    allotted_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    kind text DEFAULT 'booked'::text NOT NULL,
    run_id uuid,
    told_at timestamp with time zone,
    told_how text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.allotment_run (
    run_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    priority_groups jsonb NOT NULL,
    reserve_percent smallint NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    people_count integer NOT NULL,
    done_count integer NOT NULL,
    placed_count integer NOT NULL,
    reserve_count integer NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    worked_on_until timestamp with time zone,
    asked_by_id uuid,
    drive_id uuid NOT NULL,
    org_unit_id text NOT NULL,
    gave_way_count integer DEFAULT 0 NOT NULL,
    is_automatic boolean DEFAULT false NOT NULL,
    CONSTRAINT allotment_run_done_count_check CHECK ((done_count >= 0)),
    CONSTRAINT allotment_run_gave_way_count_check CHECK ((gave_way_count >= 0)),
    CONSTRAINT allotment_run_people_count_check CHECK ((people_count >= 0)),
    CONSTRAINT allotment_run_placed_count_check CHECK ((placed_count >= 0)),
    CONSTRAINT allotment_run_reserve_count_check CHECK ((reserve_count >= 0)),
    CONSTRAINT allotment_run_reserve_percent_check CHECK ((reserve_percent >= 0))
);

CREATE TABLE public.followup (
    followup_id uuid DEFAULT gen_random_uuid() NOT NULL,
    fact_ids uuid[] NOT NULL,
    status_seq bigint,
    kinds text[] NOT NULL,
    session_ids uuid[] NOT NULL,
    person_ids uuid[] NOT NULL,
    device_ids uuid[] NOT NULL,
    device_seqs integer[] NOT NULL,
    fact_count integer GENERATED ALWAYS AS (cardinality(fact_ids)) STORED NOT NULL
);
ALTER TABLE ONLY public.followup ALTER COLUMN fact_ids SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.followup ALTER COLUMN session_ids SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.followup ALTER COLUMN person_ids SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.followup ALTER COLUMN device_ids SET STORAGE EXTERNAL;

CREATE VIEW public.announced AS
 SELECT followup.status_seq,
    told.fact_id,
    told.kind,
    told.session_id,
    told.person_id,
    told.device_id,
    told.device_seq
   FROM (public.followup
     CROSS JOIN LATERAL UNNEST(followup.fact_ids, followup.kinds, followup.session_ids, followup.person_ids, followup.device_ids, followup.device_seqs) told(fact_id, kind, session_id, person_id, device_id, device_seq));

CREATE TABLE public.batch (
    batch_id uuid NOT NULL,
    number text NOT NULL,
    expires_on date NOT NULL,
    product_id text NOT NULL
);

CREATE TABLE public.call_outcome (
    outcome_id uuid DEFAULT gen_random_uuid() NOT NULL,
    call_id uuid NOT NULL,
    outcome text NOT NULL,
    said_by uuid,
    said_at timestamp with time zone NOT NULL
);

CREATE TABLE public.call_task (
    call_id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    why text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    claimed_by uuid,
    claimed_until timestamp with time zone,
    tries smallint DEFAULT 0 NOT NULL,
    outcome text,
    ended_at timestamp with time zone,
    purpose text DEFAULT 'invitation'::text NOT NULL,
    CONSTRAINT call_is_of_a_session CHECK ((purpose = ANY (ARRAY['invitation'::text, 'cancellation'::text]))),
    CONSTRAINT call_outcome_is_known CHECK ((outcome = ANY (ARRAY['reached'::text, 'will_come'::text, 'cannot'::text, 'wrong_number'::text, 'no_answer'::text, 'not_needed'::text, 'no_number'::text, 'not_called'::text])))
);

CREATE TABLE public.code_probe (
    probe_id uuid DEFAULT gen_random_uuid() NOT NULL,
    gateway text NOT NULL,
    region text NOT NULL,
    address text NOT NULL,
    message_id uuid,
    sent_at timestamp with time zone NOT NULL,
    arrived_at timestamp with time zone
);

CREATE TABLE public.contact_point (
    contact_point_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.delivery_receipt (
    message_id uuid NOT NULL,
    gateway text NOT NULL,
    state text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    detail text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.demo_clock (
    installation integer NOT NULL,
    real_anchor timestamp with time zone NOT NULL,
    demo_anchor timestamp with time zone NOT NULL,
    demo_stop timestamp with time zone NOT NULL,
    speed double precision NOT NULL,
    CONSTRAINT clock_never_runs_back CHECK (((speed >= (0)::double precision) AND (speed <= (3600)::double precision)))
);

CREATE TABLE public.demo_installation (
    installation integer DEFAULT 1 NOT NULL,
    made_at timestamp with time zone NOT NULL,
    seed integer NOT NULL,
    on_date date NOT NULL,
    CONSTRAINT demo_row_is_the_first CHECK ((installation = 1))
);

CREATE TABLE public.demo_login (
    username text NOT NULL,
    password text NOT NULL,
    totp_secret text NOT NULL,
    role text NOT NULL,
    installation integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.demo_sms (
    demo_sms_id uuid DEFAULT gen_random_uuid() NOT NULL,
    message_id uuid NOT NULL,
    address text NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    fate text NOT NULL,
    told_at timestamp with time zone
);

CREATE TABLE public.device (
    device_id uuid NOT NULL,
    label text NOT NULL,
    public_key bytea NOT NULL,
    enrolled_at timestamp with time zone NOT NULL,
    site_id uuid NOT NULL,
    enrolled_by_id uuid NOT NULL
);

CREATE TABLE public.device_contact (
    device_id uuid NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    last_seq integer NOT NULL,
    waiting_count integer NOT NULL,
    session_id uuid,
    app_version text NOT NULL,
    storage_persistent boolean NOT NULL,
    clock_error_ms bigint NOT NULL
);

CREATE TABLE public.device_pack (
    device_id uuid NOT NULL,
    session_id uuid NOT NULL,
    version integer NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone
);

CREATE TABLE public.device_revocation (
    device_id uuid NOT NULL,
    revoked_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    revoked_by_id uuid
);

CREATE TABLE public.door_pace (
    door uuid NOT NULL,
    facts_per_second double precision NOT NULL,
    noted_at timestamp with time zone NOT NULL
);

CREATE TABLE public.drive (
    drive_id uuid NOT NULL,
    name text NOT NULL,
    starts_on date NOT NULL,
    org_unit_id text NOT NULL,
    programme_id text NOT NULL,
    second_check boolean DEFAULT false NOT NULL
);

CREATE TABLE public.duplicate_pair (
    pair_id uuid NOT NULL,
    score double precision NOT NULL,
    reasons jsonb NOT NULL,
    found_at timestamp with time zone NOT NULL,
    one_id uuid NOT NULL,
    other_id uuid NOT NULL
);

CREATE TABLE public.duplicate_search (
    person_id uuid NOT NULL
);

CREATE TABLE public.enrolment_code (
    code_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    made_by_id uuid,
    site_id uuid NOT NULL
);

CREATE TABLE public.evidence (
    evidence_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    device_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    closed bytea NOT NULL,
    purge_at timestamp with time zone NOT NULL
);

CREATE TABLE public.fact (
    fact_id uuid NOT NULL,
    device_id uuid NOT NULL,
    device_seq integer NOT NULL,
    kind text NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid,
    staff_id uuid NOT NULL,
    given_at timestamp with time zone NOT NULL,
    written_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    provenance text NOT NULL,
    mode text NOT NULL,
    clock_doubt text,
    corrects_fact_id uuid,
    product_code text,
    batch_id uuid,
    reason text,
    body text NOT NULL,
    body_hash bytea NOT NULL,
    previous_hash bytea NOT NULL,
    CONSTRAINT device_seq_is_positive CHECK ((device_seq > 0)),
    CONSTRAINT mode_is_known CHECK ((mode = ANY (ARRAY['online'::text, 'device'::text, 'paper'::text]))),
    CONSTRAINT provenance_is_known CHECK ((provenance = ANY (ARRAY['device'::text, 'roster_scan'::text, 'typed_once'::text, 'typed_twice'::text, 'attested'::text, 'imported'::text])))
);

CREATE TABLE public.gateway (
    code text NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    settings jsonb NOT NULL,
    normal_weight smallint NOT NULL,
    weight smallint NOT NULL,
    weight_changed_at timestamp with time zone,
    is_active boolean NOT NULL,
    CONSTRAINT gateway_normal_weight_check CHECK ((normal_weight >= 0)),
    CONSTRAINT gateway_weight_check CHECK ((weight >= 0))
);

CREATE TABLE public.hold (
    hold_id uuid DEFAULT gen_random_uuid() NOT NULL,
    verdict text NOT NULL,
    problem text NOT NULL,
    fact_id uuid,
    device_id uuid,
    device_seq integer,
    kind text,
    session_id uuid,
    person_id uuid,
    staff_id uuid,
    given_at timestamp with time zone,
    written_at timestamp with time zone,
    received_at timestamp with time zone,
    provenance text,
    mode text,
    clock_doubt text,
    corrects_fact_id uuid,
    product_code text,
    batch_id uuid,
    reason text,
    body text,
    body_hash bytea,
    previous_hash bytea,
    CONSTRAINT verdict_is_held_or_refused CHECK ((verdict = ANY (ARRAY['held'::text, 'refused'::text])))
);

CREATE TABLE public.hold_resolution (
    hold_id uuid NOT NULL,
    resolved_at timestamp with time zone NOT NULL,
    resolved_by uuid,
    outcome text NOT NULL,
    CONSTRAINT outcome_is_known CHECK ((outcome = ANY (ARRAY['recorded'::text, 'dismissed'::text])))
);

CREATE TABLE public.identifier (
    identifier_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.import_chunk (
    chunk_id uuid NOT NULL,
    number integer NOT NULL,
    closed bytea NOT NULL,
    import_file_id uuid NOT NULL,
    CONSTRAINT import_chunk_number_check CHECK ((number >= 0))
);

CREATE TABLE public.import_file (
    import_id uuid NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    name text NOT NULL,
    byte_count bigint NOT NULL,
    content_hash bytea NOT NULL,
    kind text NOT NULL,
    institution text NOT NULL,
    priority_group text NOT NULL,
    state text NOT NULL,
    problem text NOT NULL,
    header_row integer NOT NULL,
    columns jsonb NOT NULL,
    month_first boolean NOT NULL,
    row_estimate integer NOT NULL,
    rows_read integer NOT NULL,
    rows_applied integer NOT NULL,
    started_at timestamp with time zone,
    read_at timestamp with time zone,
    apply_started_at timestamp with time zone,
    ended_at timestamp with time zone,
    purge_at timestamp with time zone NOT NULL,
    worked_on_until timestamp with time zone,
    org_unit_id text NOT NULL,
    sent_by_id uuid NOT NULL,
    headers jsonb DEFAULT '[]'::jsonb NOT NULL,
    rows_staged integer DEFAULT 0 NOT NULL,
    product_code text DEFAULT ''::text NOT NULL,
    site_id uuid,
    CONSTRAINT import_file_row_estimate_check CHECK ((row_estimate >= 0)),
    CONSTRAINT import_file_rows_applied_check CHECK ((rows_applied >= 0)),
    CONSTRAINT import_file_rows_read_check CHECK ((rows_read >= 0)),
    CONSTRAINT import_file_rows_staged_check CHECK ((rows_staged >= 0))
);

CREATE TABLE public.import_row (
    import_id uuid NOT NULL,
    row_number integer NOT NULL,
    cells text[] NOT NULL,
    registry_code text NOT NULL,
    name_latin text NOT NULL,
    name_local text NOT NULL,
    born_on date,
    born_year smallint,
    sex text NOT NULL,
    phone text NOT NULL,
    email text NOT NULL,
    id_kind text NOT NULL,
    id_value text NOT NULL,
    priority_group text NOT NULL,
    institution text NOT NULL,
    household text NOT NULL,
    pincode text NOT NULL,
    org_unit_id text NOT NULL,
    name_hash bigint NOT NULL,
    bones_hash bigint,
    problems jsonb NOT NULL,
    state text NOT NULL,
    person_id uuid,
    person_version integer,
    candidates jsonb NOT NULL,
    differences jsonb NOT NULL,
    twin_of integer,
    decision text,
    decided_by uuid,
    outcome text,
    dose_fact_id uuid,
    more_ids text DEFAULT ''::text NOT NULL,
    CONSTRAINT row_decision_is_known CHECK ((decision = ANY (ARRAY['add'::text, 'take'::text, 'keep'::text, 'skip'::text]))),
    CONSTRAINT row_outcome_is_known CHECK ((outcome = ANY (ARRAY['added'::text, 'changed'::text, 'left'::text, 'again'::text]))),
    CONSTRAINT row_state_is_known CHECK ((state = ANY (ARRAY['faulty'::text, 'twice'::text, 'new'::text, 'same'::text, 'differs'::text, 'moves'::text, 'close'::text])))
);

CREATE TABLE public.ledger_epoch (
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    began_at timestamp with time zone NOT NULL
);

CREATE TABLE public.message (
    message_id uuid NOT NULL,
    purpose text NOT NULL,
    channel text NOT NULL,
    person_id uuid,
    session_id uuid,
    staff_id uuid,
    language text NOT NULL,
    template_id uuid,
    address text NOT NULL,
    body text NOT NULL,
    segments smallint NOT NULL,
    claim_at timestamp with time zone,
    claim_site uuid,
    claim_fact uuid,
    level smallint DEFAULT 0 NOT NULL,
    avoid text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'created'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    not_after timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    leased_until timestamp with time zone,
    tries smallint DEFAULT 0 NOT NULL,
    gateway text DEFAULT ''::text NOT NULL,
    sent_at timestamp with time zone,
    ended_at timestamp with time zone,
    is_overtaken boolean DEFAULT false NOT NULL,
    CONSTRAINT final_message_is_not_due CHECK (((due_at IS NULL) OR (state = ANY (ARRAY['created'::text, 'sending'::text, 'temporary_failure'::text])))),
    CONSTRAINT message_state_is_known CHECK ((state = ANY (ARRAY['created'::text, 'sending'::text, 'sent'::text, 'delivered'::text, 'temporary_failure'::text, 'permanent_failure'::text, 'technical_failure'::text, 'timed_out'::text, 'cancelled'::text])))
);

CREATE TABLE public.message_attempt (
    attempt_id uuid DEFAULT gen_random_uuid() NOT NULL,
    message_id uuid NOT NULL,
    gateway text NOT NULL,
    at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    CONSTRAINT attempt_outcome_is_known CHECK ((outcome = ANY (ARRAY['accepted'::text, 'refused'::text, 'failed'::text, 'hung'::text])))
);

CREATE TABLE public.message_cause (
    cause_id uuid NOT NULL,
    composed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.message_template (
    template_id uuid NOT NULL,
    purpose text NOT NULL,
    language text NOT NULL,
    channel text NOT NULL,
    text text NOT NULL,
    registered text NOT NULL,
    dlt_entity_id text NOT NULL,
    dlt_template_id text NOT NULL,
    sender text NOT NULL,
    is_active boolean NOT NULL
);

CREATE TABLE public.open_item (
    item_id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    due_on date NOT NULL,
    found_at timestamp with time zone NOT NULL,
    gone_at timestamp with time zone,
    claimed_until timestamp with time zone,
    decision text NOT NULL,
    before jsonb,
    decided_at timestamp with time zone,
    claimed_by_id uuid,
    decided_by_id uuid,
    session_id uuid NOT NULL
);

CREATE TABLE public.org_unit (
    code text NOT NULL,
    level text NOT NULL,
    cowin_id integer,
    name text NOT NULL,
    name_bn text NOT NULL,
    name_hi text NOT NULL,
    parent_id text
);

CREATE TABLE public.pack_print (
    print_id uuid NOT NULL,
    version integer NOT NULL,
    printed_at timestamp with time zone NOT NULL,
    printed_by_id uuid,
    session_id uuid NOT NULL,
    CONSTRAINT pack_print_version_check CHECK ((version >= 0))
);

CREATE TABLE public.pair_decision (
    pair_id uuid NOT NULL,
    outcome text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by_id uuid
);

CREATE TABLE public.paper_tally (
    tally_id uuid NOT NULL,
    said_at timestamp with time zone NOT NULL,
    way text NOT NULL,
    given smallint NOT NULL,
    not_given smallint NOT NULL,
    wasted smallint NOT NULL,
    aefi smallint NOT NULL,
    session_id uuid NOT NULL,
    taken_by_id uuid,
    CONSTRAINT paper_tally_aefi_check CHECK ((aefi >= 0)),
    CONSTRAINT paper_tally_given_check CHECK ((given >= 0)),
    CONSTRAINT paper_tally_not_given_check CHECK ((not_given >= 0)),
    CONSTRAINT paper_tally_wasted_check CHECK ((wasted >= 0))
);

CREATE TABLE public.person (
    person_id uuid NOT NULL,
    code text NOT NULL,
    name_latin text NOT NULL,
    name_local text NOT NULL,
    local_language text NOT NULL,
    sex text NOT NULL,
    born_year smallint NOT NULL,
    priority_group text NOT NULL,
    institution text NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    registered_by_fact uuid,
    org_unit_id text NOT NULL,
    bones_hash bigint DEFAULT 0 NOT NULL,
    born_on date,
    household text DEFAULT ''::text NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    name_hash bigint DEFAULT 0 NOT NULL,
    pincode text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT person_born_year_check CHECK ((born_year >= 0)),
    CONSTRAINT person_has_a_name CHECK (((NOT (name_latin = ''::text)) OR (NOT (name_local = ''::text)))),
    CONSTRAINT person_version_check CHECK ((version >= 0))
);

CREATE TABLE public.person_change (
    change_id uuid NOT NULL,
    field text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    import_id uuid,
    row_number integer,
    changed_by_id uuid,
    person_id uuid NOT NULL,
    CONSTRAINT person_change_row_number_check CHECK ((row_number >= 0))
);

CREATE TABLE public.person_key (
    key bigint NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.person_link (
    link_id uuid NOT NULL,
    linked_at timestamp with time zone NOT NULL,
    reasons jsonb NOT NULL,
    linked_by_id uuid,
    person_id uuid NOT NULL,
    same_as_id uuid NOT NULL,
    CONSTRAINT nobody_is_linked_to_themselves CHECK ((NOT (person_id = same_as_id)))
);

CREATE TABLE public.person_look (
    look_id uuid NOT NULL,
    looked_at timestamp with time zone NOT NULL,
    why text NOT NULL,
    looked_by_id uuid,
    person_id uuid NOT NULL
);

CREATE TABLE public.person_unlink (
    link_id uuid NOT NULL,
    unlinked_at timestamp with time zone NOT NULL,
    unlinked_by_id uuid
);

CREATE TABLE public.product (
    code text NOT NULL,
    name text NOT NULL,
    manufacturer text NOT NULL,
    dose_count smallint NOT NULL,
    earliest_days smallint NOT NULL,
    recommended_days smallint NOT NULL,
    latest_days smallint NOT NULL,
    age_years_min smallint NOT NULL,
    doses_per_vial smallint NOT NULL,
    open_vial_minutes_max smallint NOT NULL,
    observation_minutes smallint NOT NULL,
    source text NOT NULL,
    programme_id text NOT NULL,
    screening jsonb NOT NULL,
    also_called jsonb NOT NULL,
    CONSTRAINT due_dates_are_in_order CHECK (((earliest_days <= recommended_days) AND (recommended_days <= latest_days))),
    CONSTRAINT product_age_years_min_check CHECK ((age_years_min >= 0)),
    CONSTRAINT product_dose_count_check CHECK ((dose_count >= 0)),
    CONSTRAINT product_doses_per_vial_check CHECK ((doses_per_vial >= 0)),
    CONSTRAINT product_earliest_days_check CHECK ((earliest_days >= 0)),
    CONSTRAINT product_latest_days_check CHECK ((latest_days >= 0)),
    CONSTRAINT product_observation_minutes_check CHECK ((observation_minutes >= 0)),
    CONSTRAINT product_open_vial_minutes_max_check CHECK ((open_vial_minutes_max >= 0)),
    CONSTRAINT product_recommended_days_check CHECK ((recommended_days >= 0))
);

CREATE TABLE public.programme (
    code text NOT NULL,
    name text NOT NULL
);

CREATE TABLE public.reaction_progress (
    reaction text NOT NULL,
    status_seq bigint NOT NULL,
    failure_count integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone,
    last_problem text
);

CREATE TABLE public.review_decision (
    decision_id uuid NOT NULL,
    kind text NOT NULL,
    decision text NOT NULL,
    person_id uuid NOT NULL,
    gone jsonb NOT NULL,
    said jsonb NOT NULL,
    rows jsonb NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    taken_back_at timestamp with time zone,
    decided_by_id uuid NOT NULL,
    session_id uuid NOT NULL
);

CREATE TABLE public.role_grant (
    grant_id uuid NOT NULL,
    role text NOT NULL,
    org_unit_id text,
    site_id uuid,
    staff_id uuid NOT NULL,
    CONSTRAINT grant_is_over_an_area_or_a_site CHECK ((((org_unit_id IS NOT NULL) OR (site_id IS NOT NULL)) AND (1 = (
CASE
    WHEN (org_unit_id IS NOT NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (site_id IS NOT NULL) THEN 1
    ELSE 0
END))))
);

CREATE TABLE public.scan (
    scan_id uuid NOT NULL,
    device_id uuid,
    sent_at timestamp with time zone NOT NULL,
    name text NOT NULL,
    byte_count integer NOT NULL,
    content_hash bytea NOT NULL,
    closed bytea,
    state text NOT NULL,
    problem text NOT NULL,
    page_count smallint NOT NULL,
    pages_read smallint NOT NULL,
    started_at timestamp with time zone,
    attempts smallint NOT NULL,
    worked_on_until timestamp with time zone,
    purge_at timestamp with time zone NOT NULL,
    org_unit_id text NOT NULL,
    sent_by_id uuid,
    CONSTRAINT scan_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT scan_byte_count_check CHECK ((byte_count >= 0)),
    CONSTRAINT scan_page_count_check CHECK ((page_count >= 0)),
    CONSTRAINT scan_pages_read_check CHECK ((pages_read >= 0))
);

CREATE TABLE public.scan_page (
    page_id uuid NOT NULL,
    number smallint NOT NULL,
    problem text NOT NULL,
    closed bytea,
    read_at timestamp with time zone NOT NULL,
    milliseconds integer NOT NULL,
    settled_at timestamp with time zone,
    scan_id uuid NOT NULL,
    sheet_id uuid,
    CONSTRAINT scan_page_milliseconds_check CHECK ((milliseconds >= 0)),
    CONSTRAINT scan_page_number_check CHECK ((number >= 0))
);

CREATE TABLE public.session (
    session_id uuid NOT NULL,
    on_date date NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    expected_count integer NOT NULL,
    drive_id uuid NOT NULL,
    product_id text NOT NULL,
    site_id uuid NOT NULL,
    capacity integer DEFAULT 100 NOT NULL,
    plan_version integer DEFAULT 1 NOT NULL,
    walk_in_capacity integer DEFAULT 0 NOT NULL,
    CONSTRAINT session_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT session_closes_after_it_opens CHECK ((closes_at > opens_at)),
    CONSTRAINT session_expected_count_check CHECK ((expected_count >= 0)),
    CONSTRAINT session_plan_version_check CHECK ((plan_version >= 0)),
    CONSTRAINT session_walk_in_capacity_check CHECK ((walk_in_capacity >= 0)),
    CONSTRAINT walk_ins_fit_the_capacity CHECK ((walk_in_capacity <= capacity))
);

CREATE TABLE public.session_batch (
    id bigint NOT NULL,
    session_id uuid NOT NULL,
    batch_id uuid NOT NULL
);

ALTER TABLE public.session_batch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.session_batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.session_cancellation (
    session_id uuid NOT NULL,
    cancelled_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    cancelled_by_id uuid
);

CREATE TABLE public.session_move (
    move_id uuid NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    from_opens_at timestamp with time zone NOT NULL,
    from_site_id uuid NOT NULL,
    moved_by_id uuid,
    session_id uuid NOT NULL,
    told_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT session_move_told_count_check CHECK ((told_count >= 0))
);

CREATE TABLE public.sheet (
    sheet_id uuid NOT NULL,
    code text NOT NULL,
    number smallint NOT NULL,
    layout smallint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    batches jsonb NOT NULL,
    made_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    state_at timestamp with time zone NOT NULL,
    session_id uuid NOT NULL,
    CONSTRAINT sheet_layout_check CHECK ((layout >= 0)),
    CONSTRAINT sheet_number_check CHECK ((number >= 0))
);

CREATE TABLE status.session_tally (
    session_id uuid NOT NULL,
    opened_at timestamp with time zone,
    closed_at timestamp with time zone,
    mode text,
    arrived_count integer NOT NULL,
    given_count integer NOT NULL,
    not_given_count integer NOT NULL,
    walk_in_count integer NOT NULL,
    observing_count integer NOT NULL,
    first_dose_at timestamp with time zone,
    last_dose_at timestamp with time zone,
    trouble text,
    trouble_at timestamp with time zone,
    status_seq bigint NOT NULL,
    absent_count integer NOT NULL
);

CREATE VIEW public.session_on_paper AS
 SELECT session_tally.session_id
   FROM status.session_tally
  WHERE (session_tally.mode = 'paper'::text)
UNION
 SELECT told.session_id
   FROM (( SELECT paper_tally.session_id
           FROM public.paper_tally
        UNION ALL
         SELECT sheet.session_id
           FROM public.sheet
          WHERE (sheet.state <> 'issued'::text)) told
     LEFT JOIN status.session_tally tally ON ((tally.session_id = told.session_id)))
  WHERE (tally.opened_at IS NULL);

CREATE TABLE public.session_pack (
    pack_id uuid NOT NULL,
    version integer NOT NULL,
    built_at timestamp with time zone NOT NULL,
    manifest text NOT NULL,
    content bytea NOT NULL,
    session_id uuid NOT NULL,
    is_frozen boolean DEFAULT false NOT NULL,
    plan_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT session_pack_plan_version_check CHECK ((plan_version >= 0)),
    CONSTRAINT session_pack_version_check CHECK ((version >= 0))
);

CREATE TABLE public.session_staff (
    session_staff_id uuid NOT NULL,
    role text NOT NULL,
    session_id uuid NOT NULL,
    staff_id uuid NOT NULL
);

CREATE TABLE public.session_start (
    fact_id uuid NOT NULL,
    device_id uuid NOT NULL,
    rung text NOT NULL,
    proof text NOT NULL,
    why text NOT NULL,
    card_hash text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    needs_settling boolean NOT NULL,
    settled_at timestamp with time zone,
    second_staff_id uuid,
    session_id uuid NOT NULL,
    settled_by_id uuid,
    staff_id uuid
);

CREATE TABLE public.sheet_event (
    event_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    place text NOT NULL,
    by_id uuid,
    sheet_id uuid NOT NULL
);

CREATE TABLE public.sheet_row (
    row_id uuid NOT NULL,
    number smallint NOT NULL,
    person_id uuid NOT NULL,
    code text NOT NULL,
    is_blank boolean NOT NULL,
    state text NOT NULL,
    reading jsonb NOT NULL,
    doubts jsonb NOT NULL,
    entry jsonb,
    entry_number smallint NOT NULL,
    entered_at timestamp with time zone,
    provenance text NOT NULL,
    second jsonb,
    second_at timestamp with time zone,
    walk_in_sealed text NOT NULL,
    fact_ids jsonb NOT NULL,
    entered_by_id uuid,
    page_id uuid,
    second_by_id uuid,
    sheet_id uuid NOT NULL,
    claimed_by_id uuid,
    claimed_until timestamp with time zone,
    doubts_settled jsonb NOT NULL,
    CONSTRAINT sheet_row_entry_number_check CHECK ((entry_number >= 0)),
    CONSTRAINT sheet_row_number_check CHECK ((number >= 0))
);

CREATE TABLE public.site (
    site_id uuid NOT NULL,
    name text NOT NULL,
    name_bn text NOT NULL,
    name_hi text NOT NULL,
    kind text NOT NULL,
    pincode text NOT NULL,
    latitude numeric(8,5),
    longitude numeric(8,5),
    org_unit_id text NOT NULL,
    institution text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.site_closure (
    closure_id uuid NOT NULL,
    on_date date NOT NULL,
    reason text NOT NULL,
    site_id uuid NOT NULL
);

CREATE TABLE public.staff (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    staff_id uuid NOT NULL,
    display_name text NOT NULL,
    display_name_local text NOT NULL,
    phone text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.staff_pin (
    staff_id uuid NOT NULL,
    salt bytea NOT NULL,
    iterations integer NOT NULL,
    key bytea NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_pin_iterations_check CHECK ((iterations >= 0))
);

CREATE TABLE public.start_answer (
    answer_id uuid NOT NULL,
    challenge text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    given_by_id uuid NOT NULL,
    session_id uuid NOT NULL
);

CREATE TABLE public.start_card (
    session_id uuid NOT NULL,
    generation smallint NOT NULL,
    salt bytea NOT NULL,
    iterations integer NOT NULL,
    hashes jsonb NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT start_card_generation_check CHECK ((generation >= 0)),
    CONSTRAINT start_card_iterations_check CHECK ((iterations >= 0))
);

CREATE TABLE public.start_code (
    code_id uuid NOT NULL,
    device_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    wrong_count smallint NOT NULL,
    used_at timestamp with time zone,
    session_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    CONSTRAINT start_code_wrong_count_check CHECK ((wrong_count >= 0))
);

CREATE TABLE public.start_secret (
    session_id uuid NOT NULL,
    voice_key bytea NOT NULL
);

CREATE TABLE public.stop (
    session_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    cause text NOT NULL,
    CONSTRAINT stop_ends_after_it_starts CHECK ((ended_at > started_at))
);

CREATE TABLE public.stop_progress (
    only_row integer DEFAULT 1 NOT NULL,
    status_seq bigint NOT NULL,
    CONSTRAINT progress_row_is_the_first CHECK ((only_row = 1))
);

CREATE TABLE public.unplaced_person (
    unplaced_id uuid NOT NULL,
    reason text NOT NULL,
    person_id uuid NOT NULL,
    run_id uuid NOT NULL
);

CREATE TABLE public.worker_beat (
    worker text NOT NULL,
    beat_at timestamp with time zone NOT NULL
);

CREATE TABLE status.aefi (
    fact_id uuid NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    severity text NOT NULL,
    symptoms jsonb NOT NULL,
    treatment jsonb NOT NULL,
    referral text NOT NULL,
    onset_at timestamp with time zone NOT NULL,
    reported_at timestamp with time zone NOT NULL
);

CREATE TABLE status.device_tally (
    device_id uuid NOT NULL,
    fact_count integer NOT NULL,
    highest_seq integer NOT NULL
);

CREATE TABLE status.review_item (
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    other_fact_id uuid,
    CONSTRAINT review_kind_is_known CHECK ((kind = ANY (ARRAY['dose_twice_same_day'::text, 'all_taken_back'::text, 'doses_too_near'::text, 'given_and_not'::text, 'number_too_low'::text, 'number_too_high'::text])))
);

CREATE TABLE status.roster (
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    state text NOT NULL,
    is_walk_in boolean NOT NULL,
    arrived_at timestamp with time zone,
    identity_checked_at timestamp with time zone,
    given_at timestamp with time zone,
    dose_fact_id uuid,
    dose_device_id uuid,
    product_code text,
    batch_id uuid,
    dose_number integer,
    is_counted boolean NOT NULL,
    not_given_reason text,
    observation_outcome text,
    provenance text,
    mode text,
    clock_doubt text,
    doubled_fact_ids uuid[] NOT NULL,
    status_seq bigint NOT NULL,
    screening text,
    consent text,
    own_code text,
    dose_staff_id uuid,
    aefi_severity text,
    CONSTRAINT state_is_known CHECK ((state = ANY (ARRAY['expected'::text, 'arrived'::text, 'to_vaccinate'::text, 'observing'::text, 'done'::text, 'not_given'::text])))
);

CREATE TABLE status.session_balance (
    session_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    counted jsonb NOT NULL,
    variances jsonb NOT NULL
);

CREATE TABLE status.session_hour (
    session_id uuid NOT NULL,
    hour_at timestamp with time zone NOT NULL,
    given_count integer NOT NULL
);

CREATE TABLE status.trouble (
    fact_id uuid NOT NULL,
    session_id uuid NOT NULL,
    reason text NOT NULL,
    given_at timestamp with time zone NOT NULL
);

CREATE TABLE status.vial_tally (
    session_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    device_id uuid NOT NULL,
    received_count integer NOT NULL,
    opened_count integer NOT NULL,
    wasted_count integer NOT NULL,
    returned_count integer NOT NULL,
    wasted_dose_count integer NOT NULL
);

CREATE TABLE status_shadow.aefi (
    fact_id uuid NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    severity text NOT NULL,
    symptoms jsonb NOT NULL,
    treatment jsonb NOT NULL,
    referral text NOT NULL,
    onset_at timestamp with time zone NOT NULL,
    reported_at timestamp with time zone NOT NULL
);

CREATE TABLE status_shadow.device_tally (
    device_id uuid NOT NULL,
    fact_count integer NOT NULL,
    highest_seq integer NOT NULL
);

CREATE TABLE status_shadow.review_item (
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    other_fact_id uuid,
    CONSTRAINT review_kind_is_known CHECK ((kind = ANY (ARRAY['dose_twice_same_day'::text, 'all_taken_back'::text, 'doses_too_near'::text, 'given_and_not'::text, 'number_too_low'::text, 'number_too_high'::text])))
);

CREATE TABLE status_shadow.roster (
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    state text NOT NULL,
    is_walk_in boolean NOT NULL,
    arrived_at timestamp with time zone,
    identity_checked_at timestamp with time zone,
    given_at timestamp with time zone,
    dose_fact_id uuid,
    dose_device_id uuid,
    product_code text,
    batch_id uuid,
    dose_number integer,
    is_counted boolean NOT NULL,
    not_given_reason text,
    observation_outcome text,
    provenance text,
    mode text,
    clock_doubt text,
    doubled_fact_ids uuid[] NOT NULL,
    status_seq bigint NOT NULL,
    screening text,
    consent text,
    own_code text,
    dose_staff_id uuid,
    aefi_severity text,
    CONSTRAINT state_is_known CHECK ((state = ANY (ARRAY['expected'::text, 'arrived'::text, 'to_vaccinate'::text, 'observing'::text, 'done'::text, 'not_given'::text])))
);

CREATE TABLE status_shadow.session_balance (
    session_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    counted jsonb NOT NULL,
    variances jsonb NOT NULL
);

CREATE TABLE status_shadow.session_hour (
    session_id uuid NOT NULL,
    hour_at timestamp with time zone NOT NULL,
    given_count integer NOT NULL
);

CREATE TABLE status_shadow.session_tally (
    session_id uuid NOT NULL,
    opened_at timestamp with time zone,
    closed_at timestamp with time zone,
    mode text,
    arrived_count integer NOT NULL,
    given_count integer NOT NULL,
    not_given_count integer NOT NULL,
    walk_in_count integer NOT NULL,
    observing_count integer NOT NULL,
    first_dose_at timestamp with time zone,
    last_dose_at timestamp with time zone,
    trouble text,
    trouble_at timestamp with time zone,
    status_seq bigint NOT NULL,
    absent_count integer NOT NULL
);

CREATE TABLE status_shadow.trouble (
    fact_id uuid NOT NULL,
    session_id uuid NOT NULL,
    reason text NOT NULL,
    given_at timestamp with time zone NOT NULL
);

CREATE TABLE status_shadow.vial_tally (
    session_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    device_id uuid NOT NULL,
    received_count integer NOT NULL,
    opened_count integer NOT NULL,
    wasted_count integer NOT NULL,
    returned_count integer NOT NULL,
    wasted_dose_count integer NOT NULL
);

ALTER TABLE ONLY public.allotment
    ADD CONSTRAINT allotment_pkey PRIMARY KEY (allotment_id);

ALTER TABLE ONLY public.allotment_run
    ADD CONSTRAINT allotment_run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY public.message_attempt
    ADD CONSTRAINT attempt_is_written_once PRIMARY KEY (attempt_id);

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_number_is_unique_in_product UNIQUE (product_id, number);

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (batch_id);

ALTER TABLE ONLY public.call_task
    ADD CONSTRAINT call_has_one_id PRIMARY KEY (call_id);

ALTER TABLE ONLY public.message_cause
    ADD CONSTRAINT cause_is_told_once PRIMARY KEY (cause_id);

ALTER TABLE ONLY public.import_chunk
    ADD CONSTRAINT chunk_is_kept_once UNIQUE (import_file_id, number);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT code_is_one_persons UNIQUE (code);

ALTER TABLE ONLY public.contact_point
    ADD CONSTRAINT contact_point_pkey PRIMARY KEY (contact_point_id);

ALTER TABLE ONLY public.demo_login
    ADD CONSTRAINT demo_login_is_shown_once PRIMARY KEY (username);

ALTER TABLE ONLY public.demo_sms
    ADD CONSTRAINT demo_sms_arrives_once PRIMARY KEY (demo_sms_id);

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT device_counts_each_fact_once UNIQUE (device_id, device_seq);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_enrolled_by_id_key UNIQUE (enrolled_by_id);

ALTER TABLE ONLY public.device_pack
    ADD CONSTRAINT device_holds_a_pack_once PRIMARY KEY (session_id, device_id);

ALTER TABLE ONLY public.device_contact
    ADD CONSTRAINT device_is_heard_in_one_row PRIMARY KEY (device_id);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (device_id);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_public_key_key UNIQUE (public_key);

ALTER TABLE ONLY public.device_revocation
    ADD CONSTRAINT device_revocation_pkey PRIMARY KEY (device_id);

ALTER TABLE ONLY public.door_pace
    ADD CONSTRAINT door_has_one_pace PRIMARY KEY (door);

ALTER TABLE ONLY public.drive
    ADD CONSTRAINT drive_pkey PRIMARY KEY (drive_id);

ALTER TABLE ONLY public.duplicate_pair
    ADD CONSTRAINT duplicate_pair_pkey PRIMARY KEY (pair_id);

ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_code_hash_key UNIQUE (code_hash);

ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_pkey PRIMARY KEY (code_id);

ALTER TABLE ONLY public.ledger_epoch
    ADD CONSTRAINT epoch_has_one_name PRIMARY KEY (epoch);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (evidence_id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT fact_has_one_photo UNIQUE (fact_id, device_id);

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT fact_is_recorded_once PRIMARY KEY (fact_id);

ALTER TABLE ONLY public.followup
    ADD CONSTRAINT followup_is_announced_once PRIMARY KEY (followup_id);

ALTER TABLE ONLY public.gateway
    ADD CONSTRAINT gateway_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_is_kept_once PRIMARY KEY (hold_id);

ALTER TABLE ONLY public.hold_resolution
    ADD CONSTRAINT hold_is_resolved_once PRIMARY KEY (hold_id);

ALTER TABLE ONLY public.identifier
    ADD CONSTRAINT identifier_pkey PRIMARY KEY (identifier_id);

ALTER TABLE ONLY public.import_chunk
    ADD CONSTRAINT import_chunk_pkey PRIMARY KEY (chunk_id);

ALTER TABLE ONLY public.import_file
    ADD CONSTRAINT import_file_pkey PRIMARY KEY (import_id);

ALTER TABLE ONLY public.open_item
    ADD CONSTRAINT item_is_open_once UNIQUE (kind, subject_id);

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_has_one_id PRIMARY KEY (message_id);

ALTER TABLE ONLY public.message_template
    ADD CONSTRAINT message_template_pkey PRIMARY KEY (template_id);

ALTER TABLE ONLY public.allotment
    ADD CONSTRAINT on_a_roster_once UNIQUE (session_id, person_id);

ALTER TABLE ONLY public.session_pack
    ADD CONSTRAINT one_pack_per_version UNIQUE (session_id, version);

ALTER TABLE ONLY public.session_staff
    ADD CONSTRAINT one_role_each_in_a_session UNIQUE (session_id, staff_id);

ALTER TABLE ONLY public.message_template
    ADD CONSTRAINT one_text_for_a_purpose UNIQUE (purpose, language, channel);

ALTER TABLE ONLY public.open_item
    ADD CONSTRAINT open_item_pkey PRIMARY KEY (item_id);

ALTER TABLE ONLY public.org_unit
    ADD CONSTRAINT org_unit_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.call_outcome
    ADD CONSTRAINT outcome_is_said_once PRIMARY KEY (outcome_id);

ALTER TABLE ONLY public.pack_print
    ADD CONSTRAINT pack_print_pkey PRIMARY KEY (print_id);

ALTER TABLE ONLY public.scan_page
    ADD CONSTRAINT page_is_read_once UNIQUE (scan_id, number);

ALTER TABLE ONLY public.pair_decision
    ADD CONSTRAINT pair_decision_pkey PRIMARY KEY (pair_id);

ALTER TABLE ONLY public.duplicate_pair
    ADD CONSTRAINT pair_is_found_once UNIQUE (one_id, other_id);

ALTER TABLE ONLY public.paper_tally
    ADD CONSTRAINT paper_tally_pkey PRIMARY KEY (tally_id);

ALTER TABLE ONLY public.person_change
    ADD CONSTRAINT person_change_pkey PRIMARY KEY (change_id);

ALTER TABLE ONLY public.person_key
    ADD CONSTRAINT person_has_a_key_once PRIMARY KEY (key, person_id);

ALTER TABLE ONLY public.call_task
    ADD CONSTRAINT person_is_called_once_for_a_session UNIQUE (session_id, person_id, purpose);

ALTER TABLE ONLY public.duplicate_search
    ADD CONSTRAINT person_is_searched_for_once PRIMARY KEY (person_id);

ALTER TABLE ONLY public.person_link
    ADD CONSTRAINT person_link_pkey PRIMARY KEY (link_id);

ALTER TABLE ONLY public.person_look
    ADD CONSTRAINT person_look_pkey PRIMARY KEY (look_id);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.person_unlink
    ADD CONSTRAINT person_unlink_pkey PRIMARY KEY (link_id);

ALTER TABLE ONLY public.code_probe
    ADD CONSTRAINT probe_has_one_id PRIMARY KEY (probe_id);

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.programme
    ADD CONSTRAINT programme_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.reaction_progress
    ADD CONSTRAINT reaction_has_one_place PRIMARY KEY (reaction);

ALTER TABLE ONLY public.delivery_receipt
    ADD CONSTRAINT receipt_is_heard_once PRIMARY KEY (message_id, gateway, state);

ALTER TABLE ONLY public.review_decision
    ADD CONSTRAINT review_decision_pkey PRIMARY KEY (decision_id);

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_pkey PRIMARY KEY (grant_id);

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT row_is_on_its_sheet_once UNIQUE (sheet_id, number);

ALTER TABLE ONLY public.import_row
    ADD CONSTRAINT row_is_staged_once PRIMARY KEY (import_id, row_number);

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT same_bytes_are_held_once UNIQUE (device_id, body_hash);

ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_is_taken_once UNIQUE (org_unit_id, content_hash);

ALTER TABLE ONLY public.scan_page
    ADD CONSTRAINT scan_page_pkey PRIMARY KEY (page_id);

ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_pkey PRIMARY KEY (scan_id);

ALTER TABLE ONLY public.session_batch
    ADD CONSTRAINT session_batch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.session_batch
    ADD CONSTRAINT session_batch_session_id_batch_id_26c5bb62_uniq UNIQUE (session_id, batch_id);

ALTER TABLE ONLY public.session_cancellation
    ADD CONSTRAINT session_cancellation_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.session_move
    ADD CONSTRAINT session_move_pkey PRIMARY KEY (move_id);

ALTER TABLE ONLY public.session_pack
    ADD CONSTRAINT session_pack_pkey PRIMARY KEY (pack_id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.session_staff
    ADD CONSTRAINT session_staff_pkey PRIMARY KEY (session_staff_id);

ALTER TABLE ONLY public.session_start
    ADD CONSTRAINT session_start_pkey PRIMARY KEY (fact_id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_code_key UNIQUE (code);

ALTER TABLE ONLY public.sheet_event
    ADD CONSTRAINT sheet_event_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_is_numbered_once UNIQUE (session_id, number);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_pkey PRIMARY KEY (sheet_id);

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT sheet_row_pkey PRIMARY KEY (row_id);

ALTER TABLE ONLY public.site_closure
    ADD CONSTRAINT site_closure_pkey PRIMARY KEY (closure_id);

ALTER TABLE ONLY public.site_closure
    ADD CONSTRAINT site_is_closed_once_a_day UNIQUE (site_id, on_date);

ALTER TABLE ONLY public.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (site_id);

ALTER TABLE ONLY public.staff_pin
    ADD CONSTRAINT staff_pin_pkey PRIMARY KEY (staff_id);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (staff_id);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_username_key UNIQUE (username);

ALTER TABLE ONLY public.start_answer
    ADD CONSTRAINT start_answer_pkey PRIMARY KEY (answer_id);

ALTER TABLE ONLY public.start_card
    ADD CONSTRAINT start_card_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.start_code
    ADD CONSTRAINT start_code_pkey PRIMARY KEY (code_id);

ALTER TABLE ONLY public.start_secret
    ADD CONSTRAINT start_secret_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.stop
    ADD CONSTRAINT stop_starts_once PRIMARY KEY (session_id, started_at);

ALTER TABLE ONLY public.demo_clock
    ADD CONSTRAINT there_is_one_clock PRIMARY KEY (installation);

ALTER TABLE ONLY public.demo_installation
    ADD CONSTRAINT there_is_one_demo PRIMARY KEY (installation);

ALTER TABLE ONLY public.stop_progress
    ADD CONSTRAINT there_is_one_progress PRIMARY KEY (only_row);

ALTER TABLE ONLY public.unplaced_person
    ADD CONSTRAINT unplaced_once_in_a_run UNIQUE (run_id, person_id);

ALTER TABLE ONLY public.unplaced_person
    ADD CONSTRAINT unplaced_person_pkey PRIMARY KEY (unplaced_id);

ALTER TABLE ONLY public.worker_beat
    ADD CONSTRAINT worker_has_one_beat PRIMARY KEY (worker);

ALTER TABLE ONLY status.aefi
    ADD CONSTRAINT aefi_is_listed_once PRIMARY KEY (fact_id);

ALTER TABLE ONLY status.device_tally
    ADD CONSTRAINT device_is_tallied_once PRIMARY KEY (device_id);

ALTER TABLE ONLY status.review_item
    ADD CONSTRAINT fact_is_reviewed_once_per_kind PRIMARY KEY (fact_id, kind);

ALTER TABLE ONLY status.roster
    ADD CONSTRAINT person_is_in_a_session_once PRIMARY KEY (session_id, person_id);

ALTER TABLE ONLY status.session_hour
    ADD CONSTRAINT session_has_an_hour_once PRIMARY KEY (session_id, hour_at);

ALTER TABLE ONLY status.session_balance
    ADD CONSTRAINT session_has_one_balance PRIMARY KEY (session_id);

ALTER TABLE ONLY status.session_tally
    ADD CONSTRAINT session_is_tallied_once PRIMARY KEY (session_id);

ALTER TABLE ONLY status.trouble
    ADD CONSTRAINT trouble_is_listed_once PRIMARY KEY (fact_id);

ALTER TABLE ONLY status.vial_tally
    ADD CONSTRAINT vials_of_a_batch_are_tallied_once PRIMARY KEY (session_id, batch_id, device_id);

ALTER TABLE ONLY status_shadow.aefi
    ADD CONSTRAINT aefi_is_listed_once PRIMARY KEY (fact_id);

ALTER TABLE ONLY status_shadow.device_tally
    ADD CONSTRAINT device_tally_pkey PRIMARY KEY (device_id);

ALTER TABLE ONLY status_shadow.review_item
    ADD CONSTRAINT review_item_pkey PRIMARY KEY (fact_id, kind);

ALTER TABLE ONLY status_shadow.roster
    ADD CONSTRAINT roster_pkey PRIMARY KEY (session_id, person_id);

ALTER TABLE ONLY status_shadow.session_balance
    ADD CONSTRAINT session_has_one_balance PRIMARY KEY (session_id);

ALTER TABLE ONLY status_shadow.session_hour
    ADD CONSTRAINT session_hour_pkey PRIMARY KEY (session_id, hour_at);

ALTER TABLE ONLY status_shadow.session_tally
    ADD CONSTRAINT session_tally_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY status_shadow.trouble
    ADD CONSTRAINT trouble_pkey PRIMARY KEY (fact_id);

ALTER TABLE ONLY status_shadow.vial_tally
    ADD CONSTRAINT vials_of_a_batch_are_tallied_once PRIMARY KEY (session_id, batch_id, device_id);

CREATE INDEX allotment_person_id_f8a60467 ON public.allotment USING btree (person_id);

CREATE INDEX allotment_run_asked_by_id_1c78d72f ON public.allotment_run USING btree (asked_by_id);

CREATE INDEX allotment_run_drive_id_01ea32dd ON public.allotment_run USING btree (drive_id);

CREATE INDEX allotment_run_id_ec904d68 ON public.allotment USING btree (run_id);

CREATE INDEX allotment_run_org_unit_id_eb38bd4d ON public.allotment_run USING btree (org_unit_id);

CREATE INDEX allotment_run_org_unit_id_eb38bd4d_like ON public.allotment_run USING btree (org_unit_id text_pattern_ops);

CREATE INDEX allotment_session_id_85649ff2 ON public.allotment USING btree (session_id);

CREATE INDEX batch_product_id_30d66c21 ON public.batch USING btree (product_id);

CREATE INDEX batch_product_id_30d66c21_like ON public.batch USING btree (product_id text_pattern_ops);

CREATE INDEX call_due ON public.call_task USING btree (deadline_at, due_at) WHERE (ended_at IS NULL);

CREATE INDEX call_outcome_of_call ON public.call_outcome USING btree (call_id);

CREATE INDEX code_probe_of_message ON public.code_probe USING btree (message_id) WHERE (message_id IS NOT NULL);

CREATE INDEX code_probe_recent ON public.code_probe USING btree (gateway, region, sent_at);

CREATE INDEX contact_point_by_value ON public.contact_point USING btree (kind, value);

CREATE INDEX contact_point_person_id_20738acd ON public.contact_point USING btree (person_id);

CREATE INDEX demo_login_of_installation ON public.demo_login USING btree (installation);

CREATE INDEX demo_sms_of_number ON public.demo_sms USING btree (address, at);

CREATE INDEX demo_sms_untold ON public.demo_sms USING btree (at) WHERE (told_at IS NULL);

CREATE INDEX device_revocation_revoked_by_id_95e8590d ON public.device_revocation USING btree (revoked_by_id);

CREATE INDEX device_site_id_24df992c ON public.device USING btree (site_id);

CREATE INDEX drive_org_unit_id_335e0a3b ON public.drive USING btree (org_unit_id);

CREATE INDEX drive_org_unit_id_335e0a3b_like ON public.drive USING btree (org_unit_id text_pattern_ops);

CREATE INDEX drive_programme_id_a51b81e7 ON public.drive USING btree (programme_id);

CREATE INDEX drive_programme_id_a51b81e7_like ON public.drive USING btree (programme_id text_pattern_ops);

CREATE INDEX duplicate_pair_one_id_c3cabb66 ON public.duplicate_pair USING btree (one_id);

CREATE INDEX duplicate_pair_other_id_71213124 ON public.duplicate_pair USING btree (other_id);

CREATE INDEX enrolment_code_made_by_id_6b7e0f0b ON public.enrolment_code USING btree (made_by_id);

CREATE INDEX enrolment_code_site_id_0213a1d2 ON public.enrolment_code USING btree (site_id);

CREATE INDEX fact_correcting ON public.fact USING btree (corrects_fact_id) WHERE (corrects_fact_id IS NOT NULL);

CREATE INDEX fact_of_person ON public.fact USING btree (person_id);

CREATE INDEX fact_of_session ON public.fact USING btree (session_id) WHERE (person_id IS NULL);

CREATE UNIQUE INDEX fact_registers_one_person ON public.person USING btree (registered_by_fact) WHERE (registered_by_fact IS NOT NULL);

CREATE UNIQUE INDEX followup_in_order ON public.followup USING btree (status_seq) WHERE (status_seq IS NOT NULL);

CREATE INDEX followup_unstamped ON public.followup USING btree (followup_id) WHERE (status_seq IS NULL);

CREATE INDEX gateway_code_9ddcac17_like ON public.gateway USING btree (code text_pattern_ops);

CREATE INDEX hold_of_person ON public.hold USING btree (person_id) WHERE (problem = 'ledger.unknown_person'::text);

CREATE INDEX identifier_by_value ON public.identifier USING btree (kind, value);

CREATE INDEX identifier_person_id_6d5ee20b ON public.identifier USING btree (person_id);

CREATE INDEX import_chunk_import_file_id_2a09db9c ON public.import_chunk USING btree (import_file_id);

CREATE INDEX import_file_by_content ON public.import_file USING btree (content_hash);

CREATE INDEX import_file_org_unit_id_4acd0eaf ON public.import_file USING btree (org_unit_id);

CREATE INDEX import_file_org_unit_id_4acd0eaf_like ON public.import_file USING btree (org_unit_id text_pattern_ops);

CREATE INDEX import_file_sent_by_id_b5f014ce ON public.import_file USING btree (sent_by_id);

CREATE INDEX import_file_site_id_19958d25 ON public.import_file USING btree (site_id);

CREATE INDEX import_file_to_work_on ON public.import_file USING btree (state) WHERE (state = ANY (ARRAY['reading'::text, 'applying'::text]));

CREATE INDEX import_row_by_state ON public.import_row USING btree (import_id, state, row_number);

CREATE INDEX items_to_decide ON public.open_item USING btree (due_on, item_id) WHERE ((decided_at IS NULL) AND (gone_at IS NULL));

CREATE INDEX looks_of_an_officer ON public.person_look USING btree (looked_by_id, looked_at);

CREATE INDEX message_attempt_of_gateway ON public.message_attempt USING btree (gateway, at);

CREATE INDEX message_attempt_of_message ON public.message_attempt USING btree (message_id);

CREATE INDEX message_code_due ON public.message USING btree (due_at) WHERE ((due_at IS NOT NULL) AND (purpose = ANY (ARRAY['start_code'::text, 'login_code'::text])));

CREATE INDEX message_due ON public.message USING btree (due_at) WHERE ((due_at IS NOT NULL) AND (purpose <> ALL (ARRAY['start_code'::text, 'login_code'::text])));

CREATE UNIQUE INDEX message_is_composed_once ON public.message USING btree (session_id, person_id, purpose, channel, level, claim_at, claim_site) NULLS NOT DISTINCT WHERE ((session_id IS NOT NULL) AND (person_id IS NOT NULL) AND (NOT is_overtaken));

CREATE UNIQUE INDEX message_of_a_dose ON public.message USING btree (claim_fact, purpose) WHERE (claim_fact IS NOT NULL);

CREATE INDEX message_sent ON public.message USING btree (sent_at) WHERE (state = 'sent'::text);

CREATE INDEX open_item_claimed_by_id_7b05dd5c ON public.open_item USING btree (claimed_by_id);

CREATE INDEX open_item_decided_by_id_af8c0db3 ON public.open_item USING btree (decided_by_id);

CREATE INDEX open_item_session_id_19e93969 ON public.open_item USING btree (session_id);

CREATE INDEX org_unit_below ON public.org_unit USING btree (code text_pattern_ops);

CREATE INDEX org_unit_code_d0dcc5c9_like ON public.org_unit USING btree (code text_pattern_ops);

CREATE INDEX org_unit_parent_id_6ae0d3ba ON public.org_unit USING btree (parent_id);

CREATE INDEX org_unit_parent_id_6ae0d3ba_like ON public.org_unit USING btree (parent_id text_pattern_ops);

CREATE INDEX pack_print_printed_by_id_835c1632 ON public.pack_print USING btree (printed_by_id);

CREATE INDEX pack_print_session_id_2b191f1a ON public.pack_print USING btree (session_id);

CREATE INDEX pair_decision_decided_by_id_f32d4c19 ON public.pair_decision USING btree (decided_by_id);

CREATE INDEX paper_tally_session_id_64cea233 ON public.paper_tally USING btree (session_id);

CREATE INDEX paper_tally_taken_by_id_25d32061 ON public.paper_tally USING btree (taken_by_id);

CREATE INDEX person_by_area ON public.person USING btree (org_unit_id text_pattern_ops);

CREATE INDEX person_by_bones ON public.person USING btree (bones_hash, born_year);

CREATE INDEX person_by_bones_undated ON public.person USING btree (bones_hash, born_year) WHERE (born_on IS NULL);

CREATE INDEX person_by_latin_name ON public.person USING btree (lower(name_latin) text_pattern_ops) WHERE (name_latin <> ''::text);

CREATE INDEX person_by_local_name ON public.person USING btree (name_local text_pattern_ops) WHERE (name_local <> ''::text);

CREATE INDEX person_change_changed_by_id_fce04b48 ON public.person_change USING btree (changed_by_id);

CREATE INDEX person_change_person_id_1b89205a ON public.person_change USING btree (person_id);

CREATE INDEX person_key_of_person ON public.person_key USING btree (person_id);

CREATE INDEX person_link_linked_by_id_51628ec1 ON public.person_link USING btree (linked_by_id);

CREATE INDEX person_link_person_id_d5feafad ON public.person_link USING btree (person_id);

CREATE INDEX person_link_same_as_id_4aa757fc ON public.person_link USING btree (same_as_id);

CREATE INDEX person_look_looked_by_id_8a126c34 ON public.person_look USING btree (looked_by_id);

CREATE INDEX person_look_person_id_59ed3db1 ON public.person_look USING btree (person_id);

CREATE INDEX person_unlink_unlinked_by_id_6d9e7d27 ON public.person_unlink USING btree (unlinked_by_id);

CREATE INDEX product_code_663f8c11_like ON public.product USING btree (code text_pattern_ops);

CREATE INDEX product_programme_id_c17b4fe7 ON public.product USING btree (programme_id);

CREATE INDEX product_programme_id_c17b4fe7_like ON public.product USING btree (programme_id text_pattern_ops);

CREATE INDEX programme_code_201db0f6_like ON public.programme USING btree (code text_pattern_ops);

CREATE INDEX review_decision_decided_by_id_7f01bcee ON public.review_decision USING btree (decided_by_id);

CREATE INDEX review_decision_session_id_d948949a ON public.review_decision USING btree (session_id);

CREATE INDEX review_decisions_of ON public.review_decision USING btree (decided_by_id, decided_at DESC);

CREATE INDEX review_decisions_on ON public.review_decision USING btree (person_id);

CREATE INDEX role_grant_org_unit_id_266f52b3 ON public.role_grant USING btree (org_unit_id);

CREATE INDEX role_grant_org_unit_id_266f52b3_like ON public.role_grant USING btree (org_unit_id text_pattern_ops);

CREATE INDEX role_grant_site_id_934cb81e ON public.role_grant USING btree (site_id);

CREATE INDEX role_grant_staff_id_66fea78f ON public.role_grant USING btree (staff_id);

CREATE INDEX scan_org_unit_id_afce2b37 ON public.scan USING btree (org_unit_id);

CREATE INDEX scan_org_unit_id_afce2b37_like ON public.scan USING btree (org_unit_id text_pattern_ops);

CREATE INDEX scan_page_scan_id_ceb4e7a5 ON public.scan_page USING btree (scan_id);

CREATE INDEX scan_page_sheet_id_ca0cea2f ON public.scan_page USING btree (sheet_id);

CREATE INDEX scan_sent_by_id_a68c1303 ON public.scan USING btree (sent_by_id);

CREATE INDEX scan_to_read ON public.scan USING btree (sent_at) WHERE (state = ANY (ARRAY['waiting'::text, 'reading'::text]));

CREATE INDEX session_batch_batch_id_45681419 ON public.session_batch USING btree (batch_id);

CREATE INDEX session_batch_session_id_3c1b9aaa ON public.session_batch USING btree (session_id);

CREATE INDEX session_cancellation_cancelled_by_id_863743ba ON public.session_cancellation USING btree (cancelled_by_id);

CREATE INDEX session_drive_id_5e6ed19c ON public.session USING btree (drive_id);

CREATE INDEX session_move_from_site_id_bcffe25a ON public.session_move USING btree (from_site_id);

CREATE INDEX session_move_moved_by_id_748da284 ON public.session_move USING btree (moved_by_id);

CREATE INDEX session_move_session_id_b6a94280 ON public.session_move USING btree (session_id);

CREATE INDEX session_on_date_6711b1dd ON public.session USING btree (on_date);

CREATE INDEX session_pack_session_id_f396f0ea ON public.session_pack USING btree (session_id);

CREATE INDEX session_product_id_6c97b3fc ON public.session USING btree (product_id);

CREATE INDEX session_product_id_6c97b3fc_like ON public.session USING btree (product_id text_pattern_ops);

CREATE INDEX session_site_id_f5adf026 ON public.session USING btree (site_id);

CREATE INDEX session_staff_session_id_d22228aa ON public.session_staff USING btree (session_id);

CREATE INDEX session_staff_staff_id_eed38b3e ON public.session_staff USING btree (staff_id);

CREATE INDEX session_start_second_staff_id_7aa2c01e ON public.session_start USING btree (second_staff_id);

CREATE INDEX session_start_session_id_d2aad526 ON public.session_start USING btree (session_id);

CREATE INDEX session_start_settled_by_id_4a017881 ON public.session_start USING btree (settled_by_id);

CREATE INDEX session_start_staff_id_611609d7 ON public.session_start USING btree (staff_id);

CREATE INDEX sheet_code_21d27566_like ON public.sheet USING btree (code text_pattern_ops);

CREATE INDEX sheet_event_by_id_c68265cf ON public.sheet_event USING btree (by_id);

CREATE INDEX sheet_event_sheet_id_17010ebe ON public.sheet_event USING btree (sheet_id);

CREATE INDEX sheet_row_claimed_by_id_e5126e34 ON public.sheet_row USING btree (claimed_by_id);

CREATE INDEX sheet_row_code_7479dcb9 ON public.sheet_row USING btree (code);

CREATE INDEX sheet_row_code_7479dcb9_like ON public.sheet_row USING btree (code text_pattern_ops);

CREATE INDEX sheet_row_entered_by_id_d1ba37b1 ON public.sheet_row USING btree (entered_by_id);

CREATE INDEX sheet_row_page_id_a224763f ON public.sheet_row USING btree (page_id);

CREATE INDEX sheet_row_person_id_b491d786 ON public.sheet_row USING btree (person_id);

CREATE INDEX sheet_row_second_by_id_6229200f ON public.sheet_row USING btree (second_by_id);

CREATE INDEX sheet_row_sheet_id_6610f54d ON public.sheet_row USING btree (sheet_id);

CREATE INDEX sheet_session_id_4d90d9cc ON public.sheet USING btree (session_id);

CREATE INDEX sheets_in_use ON public.sheet USING btree (session_id) WHERE (NOT (state = 'issued'::text));

CREATE INDEX site_closure_site_id_6e4b19da ON public.site_closure USING btree (site_id);

CREATE INDEX site_org_unit_id_63a280a8 ON public.site USING btree (org_unit_id);

CREATE INDEX site_org_unit_id_63a280a8_like ON public.site USING btree (org_unit_id text_pattern_ops);

CREATE INDEX staff_username_9bca0107_like ON public.staff USING btree (username varchar_pattern_ops);

CREATE INDEX start_answer_given_by_id_d8a43d65 ON public.start_answer USING btree (given_by_id);

CREATE INDEX start_answer_session_id_57d02ec0 ON public.start_answer USING btree (session_id);

CREATE INDEX start_code_session_id_40226a70 ON public.start_code USING btree (session_id);

CREATE INDEX start_code_staff_id_417fb0ee ON public.start_code USING btree (staff_id);

CREATE INDEX starts_to_settle ON public.session_start USING btree (session_id) WHERE (needs_settling AND (settled_at IS NULL));

CREATE INDEX unplaced_person_person_id_7ee00162 ON public.unplaced_person USING btree (person_id);

CREATE INDEX unplaced_person_run_id_377116b3 ON public.unplaced_person USING btree (run_id);

CREATE INDEX aefi_of_person ON status.aefi USING btree (person_id);

CREATE INDEX aefi_of_session ON status.aefi USING btree (session_id);

CREATE INDEX review_item_of_person ON status.review_item USING btree (person_id);

CREATE INDEX review_item_of_session ON status.review_item USING btree (session_id);

CREATE INDEX roster_changes ON status.roster USING btree (session_id, status_seq);

CREATE INDEX roster_doses ON status.roster USING btree (session_id, given_at) WHERE is_counted;

CREATE INDEX roster_of_person ON status.roster USING btree (person_id);

CREATE INDEX trouble_of_session ON status.trouble USING btree (session_id, given_at);

CREATE INDEX aefi_of_person ON status_shadow.aefi USING btree (person_id);

CREATE INDEX aefi_of_session ON status_shadow.aefi USING btree (session_id);

CREATE INDEX review_item_person_id_idx ON status_shadow.review_item USING btree (person_id);

CREATE INDEX review_item_session_id_idx ON status_shadow.review_item USING btree (session_id);

CREATE INDEX roster_person_id_idx ON status_shadow.roster USING btree (person_id);

CREATE INDEX roster_session_id_given_at_idx ON status_shadow.roster USING btree (session_id, given_at) WHERE is_counted;

CREATE INDEX roster_session_id_status_seq_idx ON status_shadow.roster USING btree (session_id, status_seq);

CREATE INDEX trouble_session_id_given_at_idx ON status_shadow.trouble USING btree (session_id, given_at);

ALTER TABLE ONLY public.allotment
    ADD CONSTRAINT allotment_person_id_f8a60467_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allotment_run
    ADD CONSTRAINT allotment_run_asked_by_id_1c78d72f_fk_staff_staff_id FOREIGN KEY (asked_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allotment_run
    ADD CONSTRAINT allotment_run_drive_id_01ea32dd_fk_drive_drive_id FOREIGN KEY (drive_id) REFERENCES public.drive(drive_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allotment
    ADD CONSTRAINT allotment_run_id_ec904d68_fk_allotment_run_run_id FOREIGN KEY (run_id) REFERENCES public.allotment_run(run_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allotment_run
    ADD CONSTRAINT allotment_run_org_unit_id_eb38bd4d_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allotment
    ADD CONSTRAINT allotment_session_id_85649ff2_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_product_id_30d66c21_fk_product_code FOREIGN KEY (product_id) REFERENCES public.product(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demo_clock
    ADD CONSTRAINT clock_needs_a_demo FOREIGN KEY (installation) REFERENCES public.demo_installation(installation) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_point
    ADD CONSTRAINT contact_point_person_id_20738acd_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_enrolled_by_id_9076a020_fk_enrolment_code_code_id FOREIGN KEY (enrolled_by_id) REFERENCES public.enrolment_code(code_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.device_revocation
    ADD CONSTRAINT device_revocation_device_id_b8ffd009_fk_device_device_id FOREIGN KEY (device_id) REFERENCES public.device(device_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.device_revocation
    ADD CONSTRAINT device_revocation_revoked_by_id_95e8590d_fk_staff_staff_id FOREIGN KEY (revoked_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_site_id_24df992c_fk_site_site_id FOREIGN KEY (site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.drive
    ADD CONSTRAINT drive_org_unit_id_335e0a3b_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.drive
    ADD CONSTRAINT drive_programme_id_a51b81e7_fk_programme_code FOREIGN KEY (programme_id) REFERENCES public.programme(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.duplicate_pair
    ADD CONSTRAINT duplicate_pair_one_id_c3cabb66_fk_person_person_id FOREIGN KEY (one_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.duplicate_pair
    ADD CONSTRAINT duplicate_pair_other_id_71213124_fk_person_person_id FOREIGN KEY (other_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_made_by_id_6b7e0f0b_fk_staff_staff_id FOREIGN KEY (made_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_site_id_0213a1d2_fk_site_site_id FOREIGN KEY (site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identifier
    ADD CONSTRAINT identifier_person_id_6d5ee20b_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.import_chunk
    ADD CONSTRAINT import_chunk_import_file_id_2a09db9c_fk_import_file_import_id FOREIGN KEY (import_file_id) REFERENCES public.import_file(import_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.import_file
    ADD CONSTRAINT import_file_org_unit_id_4acd0eaf_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.import_file
    ADD CONSTRAINT import_file_sent_by_id_b5f014ce_fk_staff_staff_id FOREIGN KEY (sent_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.import_file
    ADD CONSTRAINT import_file_site_id_19958d25_fk_site_site_id FOREIGN KEY (site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demo_login
    ADD CONSTRAINT login_needs_a_demo FOREIGN KEY (installation) REFERENCES public.demo_installation(installation) ON DELETE CASCADE;

ALTER TABLE ONLY public.open_item
    ADD CONSTRAINT open_item_claimed_by_id_7b05dd5c_fk_staff_staff_id FOREIGN KEY (claimed_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.open_item
    ADD CONSTRAINT open_item_decided_by_id_af8c0db3_fk_staff_staff_id FOREIGN KEY (decided_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.open_item
    ADD CONSTRAINT open_item_session_id_19e93969_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.org_unit
    ADD CONSTRAINT org_unit_parent_id_6ae0d3ba_fk_org_unit_code FOREIGN KEY (parent_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.call_outcome
    ADD CONSTRAINT outcome_is_of_a_call FOREIGN KEY (call_id) REFERENCES public.call_task(call_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.pack_print
    ADD CONSTRAINT pack_print_printed_by_id_835c1632_fk_staff_staff_id FOREIGN KEY (printed_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.pack_print
    ADD CONSTRAINT pack_print_session_id_2b191f1a_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.pair_decision
    ADD CONSTRAINT pair_decision_decided_by_id_f32d4c19_fk_staff_staff_id FOREIGN KEY (decided_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.pair_decision
    ADD CONSTRAINT pair_decision_pair_id_4b54c23d_fk_duplicate_pair_pair_id FOREIGN KEY (pair_id) REFERENCES public.duplicate_pair(pair_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.paper_tally
    ADD CONSTRAINT paper_tally_session_id_64cea233_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.paper_tally
    ADD CONSTRAINT paper_tally_taken_by_id_25d32061_fk_staff_staff_id FOREIGN KEY (taken_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_change
    ADD CONSTRAINT person_change_changed_by_id_fce04b48_fk_staff_staff_id FOREIGN KEY (changed_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_change
    ADD CONSTRAINT person_change_person_id_1b89205a_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_link
    ADD CONSTRAINT person_link_linked_by_id_51628ec1_fk_staff_staff_id FOREIGN KEY (linked_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_link
    ADD CONSTRAINT person_link_person_id_d5feafad_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_link
    ADD CONSTRAINT person_link_same_as_id_4aa757fc_fk_person_person_id FOREIGN KEY (same_as_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_look
    ADD CONSTRAINT person_look_looked_by_id_8a126c34_fk_staff_staff_id FOREIGN KEY (looked_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_look
    ADD CONSTRAINT person_look_person_id_59ed3db1_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_org_unit_id_d51a8cc2_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_unlink
    ADD CONSTRAINT person_unlink_link_id_1c22034f_fk_person_link_link_id FOREIGN KEY (link_id) REFERENCES public.person_link(link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.person_unlink
    ADD CONSTRAINT person_unlink_unlinked_by_id_6d9e7d27_fk_staff_staff_id FOREIGN KEY (unlinked_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_programme_id_c17b4fe7_fk_programme_code FOREIGN KEY (programme_id) REFERENCES public.programme(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hold_resolution
    ADD CONSTRAINT resolution_is_of_a_hold FOREIGN KEY (hold_id) REFERENCES public.hold(hold_id);

ALTER TABLE ONLY public.review_decision
    ADD CONSTRAINT review_decision_decided_by_id_7f01bcee_fk_staff_staff_id FOREIGN KEY (decided_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.review_decision
    ADD CONSTRAINT review_decision_session_id_d948949a_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_org_unit_id_266f52b3_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_site_id_934cb81e_fk_site_site_id FOREIGN KEY (site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.role_grant
    ADD CONSTRAINT role_grant_staff_id_66fea78f_fk_staff_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_org_unit_id_afce2b37_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scan_page
    ADD CONSTRAINT scan_page_scan_id_ceb4e7a5_fk_scan_scan_id FOREIGN KEY (scan_id) REFERENCES public.scan(scan_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scan_page
    ADD CONSTRAINT scan_page_sheet_id_ca0cea2f_fk_sheet_sheet_id FOREIGN KEY (sheet_id) REFERENCES public.sheet(sheet_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_sent_by_id_a68c1303_fk_staff_staff_id FOREIGN KEY (sent_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.duplicate_search
    ADD CONSTRAINT searched_is_a_person FOREIGN KEY (person_id) REFERENCES public.person(person_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_batch
    ADD CONSTRAINT session_batch_batch_id_45681419_fk_batch_batch_id FOREIGN KEY (batch_id) REFERENCES public.batch(batch_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_batch
    ADD CONSTRAINT session_batch_session_id_3c1b9aaa_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_cancellation
    ADD CONSTRAINT session_cancellation_cancelled_by_id_863743ba_fk_staff_staff_id FOREIGN KEY (cancelled_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_cancellation
    ADD CONSTRAINT session_cancellation_session_id_d5124280_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_drive_id_5e6ed19c_fk_drive_drive_id FOREIGN KEY (drive_id) REFERENCES public.drive(drive_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_move
    ADD CONSTRAINT session_move_from_site_id_bcffe25a_fk_site_site_id FOREIGN KEY (from_site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_move
    ADD CONSTRAINT session_move_moved_by_id_748da284_fk_staff_staff_id FOREIGN KEY (moved_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_move
    ADD CONSTRAINT session_move_session_id_b6a94280_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_pack
    ADD CONSTRAINT session_pack_session_id_f396f0ea_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_product_id_6c97b3fc_fk_product_code FOREIGN KEY (product_id) REFERENCES public.product(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_site_id_f5adf026_fk_site_site_id FOREIGN KEY (site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_staff
    ADD CONSTRAINT session_staff_session_id_d22228aa_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_staff
    ADD CONSTRAINT session_staff_staff_id_eed38b3e_fk_staff_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_start
    ADD CONSTRAINT session_start_second_staff_id_7aa2c01e_fk_staff_staff_id FOREIGN KEY (second_staff_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_start
    ADD CONSTRAINT session_start_session_id_d2aad526_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_start
    ADD CONSTRAINT session_start_settled_by_id_4a017881_fk_staff_staff_id FOREIGN KEY (settled_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.session_start
    ADD CONSTRAINT session_start_staff_id_611609d7_fk_staff_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_event
    ADD CONSTRAINT sheet_event_by_id_c68265cf_fk_staff_staff_id FOREIGN KEY (by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_event
    ADD CONSTRAINT sheet_event_sheet_id_17010ebe_fk_sheet_sheet_id FOREIGN KEY (sheet_id) REFERENCES public.sheet(sheet_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT sheet_row_claimed_by_id_e5126e34_fk_staff_staff_id FOREIGN KEY (claimed_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT sheet_row_entered_by_id_d1ba37b1_fk_staff_staff_id FOREIGN KEY (entered_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT sheet_row_page_id_a224763f_fk_scan_page_page_id FOREIGN KEY (page_id) REFERENCES public.scan_page(page_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT sheet_row_second_by_id_6229200f_fk_staff_staff_id FOREIGN KEY (second_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet_row
    ADD CONSTRAINT sheet_row_sheet_id_6610f54d_fk_sheet_sheet_id FOREIGN KEY (sheet_id) REFERENCES public.sheet(sheet_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_session_id_4d90d9cc_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.site_closure
    ADD CONSTRAINT site_closure_site_id_6e4b19da_fk_site_site_id FOREIGN KEY (site_id) REFERENCES public.site(site_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.site
    ADD CONSTRAINT site_org_unit_id_63a280a8_fk_org_unit_code FOREIGN KEY (org_unit_id) REFERENCES public.org_unit(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.staff_pin
    ADD CONSTRAINT staff_pin_staff_id_94e0dbaa_fk_staff_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.start_answer
    ADD CONSTRAINT start_answer_given_by_id_d8a43d65_fk_staff_staff_id FOREIGN KEY (given_by_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.start_answer
    ADD CONSTRAINT start_answer_session_id_57d02ec0_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.start_card
    ADD CONSTRAINT start_card_session_id_10f22493_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.start_code
    ADD CONSTRAINT start_code_session_id_40226a70_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.start_code
    ADD CONSTRAINT start_code_staff_id_417fb0ee_fk_staff_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.start_secret
    ADD CONSTRAINT start_secret_session_id_b013090b_fk_session_session_id FOREIGN KEY (session_id) REFERENCES public.session(session_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.unplaced_person
    ADD CONSTRAINT unplaced_person_person_id_7ee00162_fk_person_person_id FOREIGN KEY (person_id) REFERENCES public.person(person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.unplaced_person
    ADD CONSTRAINT unplaced_person_run_id_377116b3_fk_allotment_run_run_id FOREIGN KEY (run_id) REFERENCES public.allotment_run(run_id) DEFERRABLE INITIALLY DEFERRED;

GRANT USAGE ON SCHEMA status TO doseline_app;

GRANT USAGE ON SCHEMA status_shadow TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.allotment TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.allotment_run TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.followup TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.announced TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.batch TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_outcome TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_task TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_probe TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_point TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.delivery_receipt TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_clock TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_installation TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_login TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_sms TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_contact TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_pack TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_revocation TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.door_pace TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.drive TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.duplicate_pair TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.duplicate_search TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.enrolment_code TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.evidence TO doseline_app;

GRANT SELECT,INSERT ON TABLE public.fact TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.gateway TO doseline_app;

GRANT SELECT,INSERT ON TABLE public.hold TO doseline_app;

GRANT SELECT,INSERT ON TABLE public.hold_resolution TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identifier TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.import_chunk TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.import_file TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.import_row TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ledger_epoch TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_attempt TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_cause TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_template TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.open_item TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.org_unit TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pack_print TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pair_decision TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.paper_tally TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_change TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_key TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_link TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_look TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_unlink TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.product TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.programme TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reaction_progress TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review_decision TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.role_grant TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scan TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scan_page TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_batch TO doseline_app;

GRANT USAGE ON SEQUENCE public.session_batch_id_seq TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_cancellation TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_move TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sheet TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.session_tally TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_on_paper TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_pack TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_staff TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_start TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sheet_event TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sheet_row TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.site TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.site_closure TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.staff TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.staff_pin TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.start_answer TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.start_card TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.start_code TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.start_secret TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stop TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stop_progress TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.unplaced_person TO doseline_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.worker_beat TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.aefi TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.device_tally TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.review_item TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.roster TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.session_balance TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.session_hour TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.trouble TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status.vial_tally TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.aefi TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.device_tally TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.review_item TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.roster TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.session_balance TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.session_hour TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.session_tally TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.trouble TO doseline_app;

GRANT SELECT,INSERT,DELETE,TRUNCATE,UPDATE ON TABLE status_shadow.vial_tally TO doseline_app;

ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT USAGE ON SEQUENCES TO doseline_app;

ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO doseline_app;
