/** The shapes that pass between the modules of the page, and between the page and its server (see `trustsim/web`). */

/** A value as a scenario file holds it, read as text; a trigger is a mapping of such. */
type Value = string | number | boolean | null | Mapping;
interface Mapping {
  [key: string]: Value | undefined;
}

/** What the reader asks: what is not there is as in the scenario's file. */
interface Question {
  scenario: string;
  set?: Record<string, Value>;
  variants?: Record<string, RawPart[] | null>;
  show?: string[] | null;
  replications?: string | number | null;
  seed?: string | number | null;
  ranked_by?: string | null;
}

/** A part of a variant as the file holds it: another variant's name, changed settings, or a lever with its values. */
type RawPart = string | Mapping;

interface Problem {
  path: string;
  text?: string;
  given?: string;
  allowed?: string;
  nearest?: string | null;
  file?: string;
  line?: number;
}

interface Slider {
  min: number;
  max: number;
  step: number;
  suffix?: string;
}

/** One parameter; `holds` is the path of a trigger that comes and goes with it. */
interface Field {
  path: string;
  name: string;
  label: string;
  kind: string;
  text: string;
  source: string;
  unit: string;
  value: Value;
  default: Value;
  low: string | null;
  high: string | null;
  choices: string[];
  slider: Slider | null;
  is_required: boolean;
  holds?: string;
}

interface Group {
  key: string;
  title: string;
  text: string;
  fields: Field[];
  more: Field[];
}

interface Part {
  kind?: string;
  name?: string;
  set?: Record<string, Value>;
  title: string;
  text: string;
  values?: Record<string, Value>;
  fields: Field[];
}

interface Variant {
  name: string;
  is_baseline: boolean;
  from: "file" | "page";
  parts: Part[];
}

interface Lever {
  kind: string;
  family: string;
  title: string;
  summary: string;
  fields: Field[];
}

/** Something that a picture or a table can be of. */
interface Named {
  name: string;
  label: string;
}

interface Outcome extends Named {
  better: "" | "lower" | "higher";
  text: string;
  unit: string;
  can_rank?: boolean;
}

/** What the server makes of a question; where the scenario cannot be read there are problems and no groups. */
interface Form {
  id: string;
  title: string;
  description: string;
  horizon_days?: number | null;
  baseline: string;
  problems: Problem[];
  groups: Group[];
  variants: Variant[];
  interventions: Lever[];
  outcomes: Outcome[];
  series: Named[];
  ranked_by: string | null;
  replications?: number | null;
  seed?: number | null;
  n_runs?: number | null;
  seconds_estimate?: number | null;
  needs?: { memory_bytes: number } | null;
  is_read_only?: boolean;
  command: string;
  python: string;
  yaml: string;
}

interface Scale {
  low: number;
  high: number;
  unit: string;
  ticks: { at: number; text: string }[];
}

/** A number with its 95 % interval; null where there is none. */
interface Interval {
  mean: number | null;
  low: number | null;
  high: number | null;
  text: string;
}

interface Difference extends Interval {
  interval_text: string;
  better_share: number | null;
  better_text: string;
  verdict: string;
}

interface Measured extends Outcome {
  axis: Scale | null;
}

interface Row {
  variant: string;
  is_baseline: boolean;
  marks: string;
  cells: Record<string, { level: Interval; difference: Difference | null }>;
  cost_text: string;
}

interface Compared {
  n: number;
  ranked_by: string | null;
  label: string;
  currency: string;
  outcomes: Measured[];
  rows: Row[];
  legend: string[];
  question: string;
  headline: string;
  facts: { asked: string; found: string }[];
}

/** A study that the server runs or has run. */
interface Job {
  id: string;
  title: string;
  scenario: string;
  status: "queued" | "running" | "done" | "failed" | "stopped";
  message: string | null;
  state: Question;
  variants: string[];
  baseline: string;
  done: number;
  failed: number;
  total: number;
  n_worlds: number;
  seconds_left: number | null;
  has_report: boolean;
  comparison: Compared | null;
  is_current?: boolean;
}

interface Listed {
  id: string;
  title: string;
  description: string;
  where: "folder" | "shipped";
  n_variants: number;
  error?: string | null;
}

interface Table {
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  note: string;
}

interface Chart {
  title: string;
  note: string;
  pictures: { shape: string | null; svg: string }[];
  table: Table;
  csv: string;
}

/** One world to watch; bytes are base64 of (days, investors). */
interface World {
  days: number[];
  variants: string[];
  n: number;
  places: [number, number][];
  edges: [number, number][];
  trust: Record<string, string>;
  status: Record<string, string>;
  platform: Record<string, { outflow: number[]; trust: number[]; status?: string[] }>;
  events: { day: number; text: string }[];
  note: string;
}

/** What `h` takes as attributes and properties of an element; `on` holds what listens to its events. */
type Listeners = Record<string, (event: Event) => unknown>;
type Attribute = string | number | boolean | null | undefined;
interface Props {
  on?: Listeners;
  [name: string]: Attribute | Listeners;
}

/** What `h` puts into an element: nothing for null, undefined and false. */
type Child = Node | string | null | undefined | false;

/** A thing of the page that `keyed` can keep: an element, or what holds one. */
type Kept = Element | { element: Element };

/** A thing that a dialog offers. */
interface Choice<T> {
  title: string;
  text?: string;
  note?: string;
  key?: string;
  value: T;
  isCurrent?: boolean;
}
