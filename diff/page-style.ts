/** The style of the page. Colours keep a contrast of 4.5 to 1 and more in both schemes. */
export const STYLE = `
:root {
  --ink: #1c2024; --quiet: #565e66; --paper: #ffffff; --panel: #f4f6f8; --edge: #cfd6dd; --link: #0b5cad;
  --old: #ffe9e7; --new: #e2f6e5; --oldink: #8a1a12; --newink: #0d5c22;
  --fails: #b3160b; --data: #a1410a; --interrupts: #7a5600; --access: #6a2fb0; --reach: #0b5cad; --watching: #0a6a6a; --cost: #3d6111; --cause: #565e66;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e8ec; --quiet: #a3adb7; --paper: #14181c; --panel: #1d2329; --edge: #39424b; --link: #7db7f5;
    --old: #3d1c1a; --new: #15331d; --oldink: #ffb4ad; --newink: #98e2ab;
    --fails: #ff8f85; --data: #ffa56b; --interrupts: #e6c15c; --access: #c9a2f7; --reach: #7db7f5; --watching: #6fd0d0; --cost: #a7d36c; --cause: #a3adb7;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 0 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 1.5rem 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 2px solid currentColor; padding-bottom: .2rem; }
section.fails h2 { color: var(--fails); } section.data h2 { color: var(--data); } section.interrupts h2 { color: var(--interrupts); }
section.access h2 { color: var(--access); } section.reach h2 { color: var(--reach); } section.watching h2 { color: var(--watching); }
section.cost h2 { color: var(--cost); } section.cause h2 { color: var(--cause); }
p { margin: .15rem 0; }
a { color: var(--link); }
code, .rows, .values { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); }
.sizes { list-style: none; padding: 0; } .sizes li { margin: .3rem 0; }
.count, .keys, .cluster { color: var(--quiet); font-weight: normal; font-size: .9rem; }
.chip { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; margin: .1rem .3rem .1rem 0; font-size: .85rem; white-space: nowrap; }
.chip.fails { color: var(--fails); } .chip.data { color: var(--data); } .chip.interrupts { color: var(--interrupts); } .chip.access { color: var(--access); }
.chip.reach { color: var(--reach); } .chip.watching { color: var(--watching); } .chip.cost { color: var(--cost); } .chip.cause { color: var(--cause); }
form { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: center; background: var(--panel); border: 1px solid var(--edge); border-radius: .5rem; padding: .6rem .9rem; margin-top: 1rem; }
fieldset { border: 0; padding: 0; margin: 0; } legend { position: absolute; left: -999rem; }
input[type=search], select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: .3rem; padding: .15rem .4rem; max-width: 16rem; }
kbd { border: 1px solid var(--edge); border-radius: .2rem; padding: 0 .3rem; font-size: .8rem; }
.lines { list-style: none; margin: 0; padding: 0; }
.item { content-visibility: auto; contain-intrinsic-size: auto 4.5rem; border-left: 3px solid var(--edge); padding: .35rem .8rem; margin: .4rem 0; background: var(--panel); }
.object { contain-intrinsic-size: auto 2.2rem; }
.item[hidden], section[hidden] { display: none; }
.remedy { color: var(--quiet); font-style: italic; }
summary { cursor: pointer; }
.action { display: inline-block; min-width: 4.5rem; color: var(--quiet); } .action.removed { color: var(--oldink); } .action.added { color: var(--newink); }
.rows { width: 100%; border-collapse: collapse; table-layout: fixed; margin: .5rem 0; background: var(--paper); }
.rows td { width: 50%; vertical-align: top; white-space: pre-wrap; padding: 0 .5rem; border: 0; }
.rows td + td { border-left: 1px solid var(--edge); }
.rows .old { background: var(--old); } .rows .new { background: var(--new); } .rows .gap { color: var(--quiet); text-align: center; font-style: italic; }
.rows .key { color: var(--link); } .rows .old .key, .rows .new .key { color: inherit; font-weight: 600; }
@media (max-width: 45rem) { form { position: static; } .rows { font-size: .75rem; } }
@media print {
  form, .skip { display: none; } body { max-width: none; padding: 0; font-size: 9.5pt; }
  .item { content-visibility: visible; background: none; break-inside: avoid; } a { color: inherit; text-decoration: none; }
}
`;
