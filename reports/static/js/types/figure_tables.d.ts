// The tables of a figures document; written by `python -m reports.content.figures.document_tables`.
import type { PeriodKey, Value } from "./basics.js";

export interface FigureTables {
  usage: { period: PeriodKey[]; one_click_verifications: Value[]; local_verifications: Value[]; third_party_authorizations: Value[]; billable_verifications: Value[]; unmatched_one_click_verifications: Value[]; unmatched_local_verifications: Value[]; unmatched_third_party_authorizations: Value[]; unmatched_billable_verifications: Value[]; counterpart_one_click_verifications: Value[]; counterpart_local_verifications: Value[]; counterpart_third_party_authorizations: Value[]; counterpart_billable_verifications: Value[] };
  breakdowns: Record<string, { window_days: number[]; value: string[]; authorizations: Value[]; authorization_requests: Value[]; authorizations_cancelled: Value[]; unmatched_authorizations: Value[]; unmatched_authorization_requests: Value[]; counterpart_authorizations: Value[]; counterpart_authorization_requests: Value[] }>;
  versions: { window_days: number[]; value: (string | null)[]; merged: number[]; authorizations: Value[]; authorization_requests: Value[]; authorizations_cancelled: Value[]; first_seen: (string | null)[] };
  version_days: { value: string[]; technical_success_rate: string[] };
  releases: { value: string[]; released: string[] };
  outcomes: Record<string, { window_days: number[]; outcome: number[]; records: Value[]; unmatched_records: Value[]; counterpart_records: Value[] }>;
  codes: Record<string, { window_days: number[]; channel: number[]; outcome: number[]; records: number[]; code: (number | [string | null, string])[] }>;
  packages: { scheme_id: (string | null)[]; scheme_name: (string | null)[]; scheme_group: (string | null)[]; package_name: (string | null)[]; methods: (string | null)[]; created_at: (string | null)[]; verifications_7: number[]; verifications_30: number[]; authorizations_7: number[]; authorizations_30: number[] };
  drawn: { account_id: string[]; resource_package_id: (string | null)[]; merged: Value[]; uses_7: number[]; uses_30: number[] };
  incident_spans: { channel: string[]; first_day: string[]; last_day: (string | null)[]; is_further: boolean[]; is_of_sessions: boolean[] };
  notes: { day: string[]; text: string[] };
}

export interface SignInTables {
  ways: { window_days: number[]; entry_channel: string[]; sessions: number[]; direct: number[]; retry: number[]; other: number[]; cut: number[]; lost: number[] };
  funnel: { window_days: number[]; sessions: number[]; page: number[]; click: number[]; authorize: number[]; verify: number[]; page_click: number[]; click_authorize: number[]; authorize_verify: number[]; page_signed_in: number[]; signed_in: number[]; prefetches: number[]; prefetch_successes: number[]; text_records: number[]; records: number[] };
  times: { step: string[]; sessions: number[]; p50_ms: Value[]; p95_ms: Value[]; negative: number[] };
  paths: { window_days: number[]; failed_channel: string[]; failure: string[]; way: string[]; signed_in_by: (string | null)[]; sessions: number[]; within_minute: number[] };
  stops: { window_days: number[]; channel: string[]; stage: string[]; outcome: string[]; sessions: number[] };
  compared: { window_days: number[]; dimension: string[]; value: (string | null)[]; merged: Value[]; sessions: number[]; sign_ins: number[]; concluded: number[]; page: number[]; click: number[]; authorize: number[]; verify: number[]; page_click: number[]; click_authorize: number[]; authorize_verify: number[]; page_signed_in: number[]; signed_in: number[] };
}
