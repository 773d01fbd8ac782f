"""What is asked of a page in the browser, as functions of JavaScript; each lists what is wrong."""

from __future__ import annotations

from typing import Final

NAME: Final = """
const named = (each) => {
  const refs = (each.getAttribute('aria-labelledby') || '').split(/\\s+/).filter(Boolean);
  const said = refs.map((id) => document.getElementById(id)?.textContent || '').join(' ');
  const title = each.tagName === 'svg' ? each.querySelector(':scope > title')?.textContent : '';
  return (each.getAttribute('aria-label') || said || each.textContent || title || each.getAttribute('alt')
    || each.getAttribute('title') || '').trim();
};
const shown = (each) => each.checkVisibility({checkVisibilityCSS: true, checkOpacity: true});
const hidden = (each) => each.closest('[aria-hidden=true]') !== null;
const where = (each) => `${each.tagName.toLowerCase()}#${each.id}.${each.getAttribute('class') || ''}: `
  + each.textContent.trim().slice(0, 40);
"""
"""What the other functions share: the name of a thing, whether it is seen, where it is."""

UNNAMED: Final = (
    "() => {"
    + NAME
    + """
  const wrong = [];
  for (const each of document.querySelectorAll('img, svg'))
    if (!hidden(each) && !(each.getAttribute('role') === 'img' && named(each))) wrong.push(where(each));
  const controls = 'a[href], button, summary, input, select, textarea';
  const regions = '[role=region], [role=group], [role=tablist], nav, aside';
  for (const each of document.querySelectorAll(`${controls}, ${regions}, main > section`))
    if (!hidden(each) && !named(each)) wrong.push(where(each));
  for (const each of document.querySelectorAll(regions))
    if (!each.hasAttribute('aria-label') && !each.hasAttribute('aria-labelledby')) wrong.push(where(each));
  return wrong;
}"""
)
"""Pictures, controls and regions without a name."""

STRUCTURE: Final = (
    "() => {"
    + NAME
    + """
  const wrong = [];
  const ids = new Map();
  for (const each of document.querySelectorAll('[id]')) ids.set(each.id, (ids.get(each.id) || 0) + 1);
  for (const [id, count] of ids) if (count > 1) wrong.push(`id ${id} ${count} times`);
  for (const name of ['aria-labelledby', 'aria-controls', 'aria-describedby'])
    for (const each of document.querySelectorAll(`[${name}]:not(dialog:not([open]))`))
      for (const id of each.getAttribute(name).split(/\\s+/).filter(Boolean))
        if (!document.getElementById(id)) wrong.push(`${name} names ${id}, which is not there`);
  let level = 0;
  for (const each of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    if (!shown(each)) continue;
    const own = +each.tagName[1];
    if (own > level + 1) wrong.push(`heading of level ${own} after ${level}: ${each.textContent}`);
    level = own;
  }
  for (const [what, count] of [['h1', 1], ['main', 1]])
    if (document.querySelectorAll(what).length !== count) wrong.push(`not ${count} ${what}`);
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.title.trim()) wrong.push('no title');
  for (const each of document.querySelectorAll('table')) {
    const heads = [...each.querySelectorAll('th')];
    if (!heads.every((th) => th.scope)) wrong.push(`th without scope in ${where(each)}`);
    const label = each.caption || each.getAttribute('aria-label') || each.getAttribute('aria-labelledby')
      || each.closest('figure, [role=region][aria-label]');
    if (!label) wrong.push(`table without a name: ${where(each)}`);
  }
  for (const each of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(decodeURIComponent(each.hash.slice(1))))
      wrong.push(`${each.hash} leads nowhere`);
  return wrong;
}"""
)
"""Ids that are there twice or not at all, headings out of order, tables without a name, links to nowhere."""

REACHABLE: Final = (
    "() => {"
    + NAME
    + """
  const controls = 'a[href], button, input, select, textarea, summary';
  const found = [...document.querySelectorAll(`${controls}, [tabindex]`)];
  const all = found.filter((each) => shown(each) && !hidden(each));
  const numbered = (each, place) => (each.dataset.place = place, where(each));
  return {
    tab: all.filter((each) => each.tabIndex >= 0).map(numbered),
    not: all.filter((each) => each.tabIndex < 0 && each.matches(controls)
      && !each.closest('table.heat, [role=tablist]')).map(where),
  };
}"""
)
"""Things that Tab must come to, numbered in ``data-place``; ``not``: controls that it passes by."""

CONTRAST: Final = (
    "() => {"
    + NAME
    + """
  const pen = Object.assign(document.createElement('canvas'), {width: 1, height: 1})
    .getContext('2d', {willReadFrequently: true});
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = '#000';
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[3] * top[i] + (1 - top[3]) * below[i]).concat(1);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const page = rgba('Canvas');
  const ground = (each) => {
    const layers = [];
    for (let at = each; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), page);
  };
  const drawn = (text, svg) => {
    const box = text.getBoundingClientRect();
    const at = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    let found = ground(svg);
    for (const shape of svg.querySelectorAll('path, rect, circle, polygon, ellipse')) {
      if (shape.closest('defs, clipPath') || !(shape.compareDocumentPosition(text) & 4)) continue;
      const style = getComputedStyle(shape);
      if (style.fill === 'none') continue;
      const matrix = shape.getScreenCTM();
      if (!matrix || !shape.isPointInFill(at.matrixTransform(matrix.inverse()))) continue;
      const colour = [...rgba(style.fill)];
      colour[3] *= +style.fillOpacity * +style.opacity;
      found = over(colour, found);
    }
    return found;
  };
  const wrong = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode, each = node.parentElement;
    if (!node.textContent.trim() || !shown(each)) continue;
    if (each.closest('script, style, title, desc, .hidden')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const svg = each.closest('svg'), style = getComputedStyle(each);
    const behind = svg ? drawn(each, svg) : ground(each);
    let faded = 1;
    for (let at = each; at; at = at.parentElement) faded *= +getComputedStyle(at).opacity;
    const ink = [...rgba(svg ? style.fill : style.color)];
    ink[3] *= faded;
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    const found = ratio(over(ink, behind), behind);
    count += 1;
    if (found < (large ? 3 : 4.5) - 0.01) {
      const kind = `${each.tagName.toLowerCase()}.${each.getAttribute('class') || ''}`;
      const key = `${svg ? 'svg ' : ''}${kind} in ${each.closest('[id]')?.id}`;
      const said = `${found.toFixed(2)} of ${ink.slice(0, 3)} on ${behind.slice(0, 3).map(Math.round)}: `
        + node.textContent.trim().slice(0, 30);
      if (!wrong.has(key)) wrong.set(key, said);
    }
  }
  return {count, wrong: [...wrong].map(([key, said]) => `${key}: ${said}`)};
}"""
)
"""Texts whose contrast is below WCAG 2.2's 4.5 (large ones 3), once a kind; ``count``: texts looked at."""

CUT: Final = (
    "() => {"
    + NAME
    + """
  const width = document.documentElement.clientWidth, wrong = [];
  for (const each of document.querySelectorAll('table, td, th, figure svg')) {
    if (!shown(each) || each.closest('.hidden')) continue;
    const box = each.getBoundingClientRect();
    if (box.width && (box.right > width + 1 || box.left < -1))
      wrong.push(`${Math.round(box.right)} of ${width}: ${where(each)}`);
    if (each.matches('td, th') && each.scrollWidth > each.clientWidth + 1)
      wrong.push(`overflows itself: ${where(each)}`);
    for (let at = each.parentElement; at; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== 'visible' && at.scrollWidth > at.clientWidth + 1) {
        wrong.push(`cut by ${where(at)}`);
        break;
      }
  }
  return [...new Set(wrong)];
}"""
)
"""Tables, cells and drawings that reach beyond the page, or that something cuts."""

SIDEWAYS: Final = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')].filter((each) => {
    const box = each.getBoundingClientRect();
    if (box.right <= width + 1 || !each.checkVisibility()) return false;
    for (let at = each.parentElement; at && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== 'visible') return false;
    return true;
  }).map((each) => each.outerHTML.slice(0, 80)).concat([document.documentElement.scrollWidth]);
}"""
"""What makes the page scroll sideways."""

OPEN_ALL: Final = "() => document.querySelectorAll('details').forEach((each) => { each.open = true; })"
