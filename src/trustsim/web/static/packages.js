/** Variants are changed in the state of the page; each is a list of parts as a scenario file holds it. */

import { change, question } from "./state.js";

/**
 * Return a part as the file would hold it, from the form's.
 * @param {Part} part
 * @returns {RawPart}
 */
function raw(part) {
  if (part.kind) return { kind: part.kind, ...part.values };
  return part.set ? { set: part.set, ...part.values } : (part.name ?? "");
}

/**
 * Return what the page has for a variant, or undefined; every object has some names, such as `constructor`.
 * @param {string} name
 */
function ofPage(name) {
  const variants = question().variants ?? {};
  return Object.hasOwn(variants, name) ? variants[name] : undefined;
}

/**
 * Whether the page changed, added or took away a variant.
 * @param {string} name
 */
export const isChanged = (name) => ofPage(name) !== undefined;

/**
 * Return the parts of a variant: as the page has them, or as the file does.
 * @param {Form} form
 * @param {string} name
 * @returns {RawPart[]}
 */
export function partsOf(form, name) {
  return structuredClone(ofPage(name) ?? form.variants.find((each) => each.name === name)?.parts.map(raw) ?? []);
}

/**
 * Return the names of the variants that are run, baseline first where it stands first.
 * @param {Form} form
 */
export function shownOf(form) {
  const { show } = question();
  const all = form.variants.map((each) => each.name);
  return show ? all.filter((name) => name === form.baseline || show.includes(name)) : all;
}

/**
 * Change the parts of a variant.
 * @param {Form} form
 * @param {string} name
 * @param {(parts: RawPart[]) => void} act
 */
export function edit(form, name, act) {
  const parts = partsOf(form, name);
  act(parts);
  change((state) => {
    state.variants = { ...state.variants, [name]: parts };
  });
}

/**
 * Return what a part of a variant says under the name of a field, or null; a trigger's fields are `when.…`.
 * @param {RawPart} part
 * @param {string} name
 * @returns {Value}
 */
export function settingOf(part, name) {
  /** @type {Value | undefined} */
  let value = part;
  for (const key of name.split(".")) value = isMapping(value) ? value[key] : undefined;
  return value ?? null;
}

/**
 * @param {Value | undefined} value
 * @returns {value is Mapping}
 */
const isMapping = (value) => typeof value === "object" && value !== null;

/**
 * Set a value of a lever, null takes it out; a trigger comes and goes with what it watches.
 * @param {RawPart} part
 * @param {Field} field
 * @param {Value} text
 */
export function setValue(part, { name, holds }, text) {
  if (!isMapping(part)) return;
  const [key, inside] = name.split(".");
  const isOut = text === null || text === "";
  if (isOut && (!inside || holds)) delete part[key];
  else if (!inside) part[key] = text;
  else {
    const old = part[key];
    const trigger = isMapping(old) ? { ...old } : {};
    if (isOut) delete trigger[inside];
    else trigger[inside] = text;
    part[key] = trigger;
  }
}

/**
 * Add a variant and show it; returns its name, made from *wanted*.
 * @param {Form} form
 * @param {string} wanted
 * @param {RawPart[]} parts
 */
export function add(form, wanted, parts) {
  const name = freeName(form, wanted);
  change((state) => {
    state.variants = { ...state.variants, [name]: parts };
    if (state.show) state.show = [...state.show, name];
  });
  return name;
}

/**
 * @param {Form} form
 * @param {string} wanted
 */
function freeName(form, wanted) {
  const taken = new Set(form.variants.map((each) => each.name));
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/ \d+$/, "");
  for (let n = 2; ; n++) if (!taken.has(`${stem} ${n}`)) return `${stem} ${n}`;
}

/**
 * Take a variant away; packages that are made of it keep what it did.
 * @param {Form} form
 * @param {string} name
 */
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

/**
 * Give a variant another name, also where other packages and the choice of what is shown name it.
 * @param {Form} form
 * @param {string} name
 * @param {string} wanted
 */
export function rename(form, name, wanted) {
  const parts = partsOf(form, name);
  const users = usersOf(form, name, (part) => [part === name ? wanted : part]);
  const isOfFile = form.variants.find((each) => each.name === name)?.from === "file";
  change((state) => {
    const before = Object.entries(state.variants ?? {});
    const renamed = before.flatMap(([key, value]) => (key === name ? [[wanted, parts]] : [[key, value]]));
    state.variants = {
      ...Object.fromEntries(renamed),
      ...users,
      ...(isOfFile ? { [name]: null, [wanted]: parts } : {}),
    };
    if (state.show) state.show = state.show.map((each) => (each === name ? wanted : each));
  });
}

/**
 * Return the parts of the variants that are made of another one, which *swap* takes out.
 * @param {Form} form
 * @param {string} name
 * @param {(part: RawPart) => RawPart[]} swap
 */
function usersOf(form, name, swap) {
  /** @type {Record<string, RawPart[]>} */
  const users = Object.create(null); // a variant may be called __proto__
  for (const { name: other } of form.variants) {
    const parts = partsOf(form, other);
    if (other !== name && parts.includes(name)) users[other] = parts.flatMap(swap);
  }
  return users;
}

/**
 * Put a variant of the file back as it was.
 * @param {string} name
 */
export function restore(name) {
  change((state) => {
    state.variants = { ...state.variants };
    delete state.variants[name];
  });
}

/**
 * Choose whether a variant is run.
 * @param {Form} form
 * @param {string} name
 * @param {boolean} isShown
 */
export function setShown(form, name, isShown) {
  const names = shownOf(form).filter((each) => each !== name);
  const order = form.variants.map((each) => each.name);
  const wanted = order.filter((each) => names.includes(each) || (isShown && each === name));
  change((state) => {
    state.show = wanted.length === order.length ? null : wanted;
  });
}
