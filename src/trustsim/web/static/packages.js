/** What is done to variants, as changes of the state; a variant is a list of parts as a scenario file holds it. */

import { change, current } from "./state.js";

/** Return a part as the file would hold it, from the form's. */
function raw(part) {
  if (part.kind) return { kind: part.kind, ...part.values };
  return part.set ? { set: part.set } : part.name;
}

/** Return what the page has for a variant, or undefined; a name may be one that every object has, such as `constructor`. */
const ofPage = (name) => (Object.hasOwn(current().variants ?? {}, name) ? current().variants[name] : undefined);

/** Whether the page changed, added or took away a variant. */
export const isChanged = (name) => ofPage(name) !== undefined;

/** Return the parts of a variant: as the page has them, or as the file does. */
export function partsOf(form, name) {
  return structuredClone(ofPage(name) ?? form.variants.find((each) => each.name === name)?.parts.map(raw) ?? []);
}

/** Return the names of the variants that are run, baseline first where it stands first. */
export function shownOf(form) {
  const { show } = current();
  const all = form.variants.map((each) => each.name);
  return show ? all.filter((name) => name === form.baseline || show.includes(name)) : all;
}

/** Change the parts of a variant. */
export function edit(form, name, act) {
  const parts = partsOf(form, name);
  act(parts);
  change((state) => { state.variants = { ...state.variants, [name]: parts }; });
}

/** Return what a part of a variant says under the name of a field, or null; a trigger's fields are `when.…`. */
export const valueOf = (part, name) => name.split(".").reduce((held, key) => held?.[key], part) ?? null;

/** Set a value of a lever, null takes it out; a trigger comes and goes with what it watches. */
export function setValue(part, { name, holds }, text) {
  const [key, inside] = name.split(".");
  const isOut = text === null || text === "";
  if (isOut && (!inside || holds)) delete part[key];
  else if (!inside) part[key] = text;
  else {
    part[key] = { ...part[key] };
    if (isOut) delete part[key][inside];
    else part[key][inside] = text;
  }
}

/** Add a variant and show it; returns its name, made from *wanted*. */
export function add(form, wanted, parts) {
  const name = freeName(form, wanted);
  change((state) => {
    state.variants = { ...state.variants, [name]: parts };
    if (state.show) state.show = [...state.show, name];
  });
  return name;
}

function freeName(form, wanted) {
  const taken = new Set(form.variants.map((each) => each.name));
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/ \d+$/, "");
  for (let n = 2; ; n++) if (!taken.has(`${stem} ${n}`)) return `${stem} ${n}`;
}

/** Take a variant away; packages that are made of it keep what it did. */
export function drop(form, name) {
  const parts = partsOf(form, name);
  const users = usersOf(form, name, (part) => (part === name ? parts : [part]));
  change((state) => {
    const isOfFile = !isChanged(name) || form.variants.find((each) => each.name === name)?.from === "file";
    state.variants = { ...state.variants, ...users, [name]: null };
    if (!isOfFile) delete state.variants[name];
    if (state.show) state.show = state.show.filter((each) => each !== name);
  });
}

/** Give a variant another name, also where other packages and the choice of what is shown name it. */
export function rename(form, name, wanted) {
  const parts = partsOf(form, name);
  const users = usersOf(form, name, (part) => [part === name ? wanted : part]);
  const isOfFile = form.variants.find((each) => each.name === name)?.from === "file";
  change((state) => {
    const before = Object.entries(state.variants ?? {});
    const renamed = before.flatMap(([key, value]) => (key === name ? [[wanted, parts]] : [[key, value]]));
    state.variants = { ...Object.fromEntries(renamed), ...users, ...(isOfFile ? { [name]: null, [wanted]: parts } : {}) };
    if (state.show) state.show = state.show.map((each) => (each === name ? wanted : each));
  });
}

function usersOf(form, name, swap) {
  const found = Object.create(null); // a variant may be called __proto__
  for (const { name: other } of form.variants) {
    const parts = partsOf(form, other);
    if (other !== name && parts.includes(name)) found[other] = parts.flatMap(swap);
  }
  return found;
}

/** Put a variant of the file back as it was. */
export function restore(name) {
  change((state) => {
    state.variants = { ...state.variants };
    delete state.variants[name];
  });
}

/** Choose whether a variant is run. */
export function setShown(form, name, isShown) {
  const names = shownOf(form).filter((each) => each !== name);
  const order = form.variants.map((each) => each.name);
  const wanted = order.filter((each) => names.includes(each) || (isShown && each === name));
  change((state) => { state.show = wanted.length === order.length ? null : wanted; });
}
