/** The pages' only style sheet, inline: they load nothing from anywhere. */
export const style = `
:root { color-scheme: light dark; --ink: #16211c; --soft: #56645d; --paper: #f3f6f4; --card: #fff; --rule: #d9e1dc;
  --go: #0b6b3a; --go-ink: #fff; --stop: #a8271c; --warn: #fdf0d5; --warn-ink: #5c3b00; --link: #0a5a8a }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ede9; --soft: #9fb0a7; --paper: #0e1512; --card: #17211c; --rule: #2b3a33;
  --go: #3ecb83; --go-ink: #05170d; --stop: #ff8f83; --warn: #3a2c0c; --warn-ink: #ffdf9e; --link: #7cc4f0 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100% }
main { max-width: 42rem; margin: 0 auto; padding: 1.25rem 1rem 3rem }
.where { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: .9rem; margin: 0 0 1rem }
.where b { color: var(--go) }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1.05rem; margin: 0 0 .75rem }
section, main > form { background: var(--card); border: 1px solid var(--rule); border-radius: .75rem; padding: 1rem 1.1rem; margin: 1rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.1rem; margin: 0 }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
pre { margin: 1rem 0 0; padding: .75rem .9rem; background: var(--paper); border-radius: .5rem; white-space: pre-wrap;
  overflow-wrap: anywhere; unicode-bidi: plaintext; font: .9rem/1.5 ui-monospace, monospace }
code { font: .95em ui-monospace, monospace }
a { color: var(--link) }
p { margin: .5rem 0 }
section > :last-child { margin-bottom: 0 }
.approved, .rejected, .superseded { border-left: .4rem solid var(--soft) }
.approved { border-left-color: var(--go) }
.rejected { border-left-color: var(--stop) }
.soft { color: var(--soft) }
.notice { background: var(--warn); color: var(--warn-ink); border-radius: .75rem; padding: .8rem 1.1rem; margin: 1rem 0 }
label { display: block; font-weight: 600; margin: .9rem 0 .3rem }
label span { font-weight: 400; color: var(--soft) }
input, textarea { width: 100%; padding: .65rem .75rem; border: 1px solid var(--soft); border-radius: .5rem; background: var(--paper);
  color: inherit; font: inherit }
input { font-family: ui-monospace, monospace; font-size: 1.15rem; letter-spacing: .08em; max-width: 11rem }
textarea { min-height: 5rem; resize: vertical }
[aria-invalid] { border-color: var(--stop); outline: 1px solid var(--stop) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.1rem }
button { flex: 1 1 10rem; min-height: 3rem; padding: .6rem 1rem; border-radius: .5rem; border: 2px solid var(--go); background: var(--go);
  color: var(--go-ink); font: inherit; font-weight: 600; cursor: pointer }
button[hidden] { display: none }
button.stop { background: transparent; border-color: var(--stop); color: var(--stop) }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .6rem } }
`;
