/* The page «Поиск»: all words must be found; titles count more than headings and texts. Endings of
   longer Russian words are left off, «ё» is «е». The index is a script, so a disk will do. */
(function () {
  'use strict';
  var box = document.querySelector('.shnor-search');
  if (!box) return;
  var input = box.querySelector('input');
  var said = box.querySelector('.said');
  var list = box.querySelector('.found');
  var MOST = 50;
  var index = null;

  function plain(text) {
    return text.toLowerCase().replace(/ё/g, 'е').replace(/[«»"'`„“]/g, ' ').replace(/\s+/g, ' ');
  }
  function stem(word) {
    if (word.length < 6 || !/^[а-я]+$/.test(word)) return word;
    return word.slice(0, word.length > 8 ? -3 : -2);
  }
  /* A word is found where a word of the text begins with it, a number where it stands alone. */
  function place(text, word) {
    var number = /^[0-9]+$/.test(word);
    var at = text.indexOf(word);
    while (at >= 0) {
      var before = text.charAt(at - 1);
      var after = text.charAt(at + word.length);
      if (!/[0-9a-zа-я]/.test(before) && !(number && /[0-9]/.test(after))) return at;
      at = text.indexOf(word, at + 1);
    }
    return -1;
  }
  function form(n, one, few, many) {
    var rest = n % 100;
    if (rest > 10 && rest < 15) return many;
    rest %= 10;
    return rest === 1 ? one : rest > 1 && rest < 5 ? few : many;
  }
  function find(query) {
    var words = plain(query).split(/[\s,;.]+/).filter(Boolean).map(stem);
    if (!words.length) return [];
    var found = [];
    index.forEach(function (row, order) {
      var score = 0;
      var all = words.every(function (word) {
        var at = place(row.title, word);
        if (at >= 0) { score += at === 0 ? 4 : 3; return true; }
        if (place(row.words, word) >= 0) { score += 1; return true; }
        return false;
      });
      if (all) found.push({ row: row, score: score, order: order });
    });
    return found.sort(function (a, b) { return b.score - a.score || a.order - b.order; });
  }
  function show() {
    if (!index) return;
    var query = input.value.trim();
    var found = find(query);
    list.textContent = '';
    if (!query) {
      said.textContent = '';
    } else if (!found.length) {
      said.textContent = 'Ничего не нашлось. Попробуйте другое слово или его начало.';
    } else {
      said.textContent = form(found.length, 'Найдена ', 'Найдены ', 'Найдено ') + found.length + '\u00a0' +
        form(found.length, 'запись', 'записи', 'записей') +
        (found.length > MOST ? ', показаны первые ' + MOST : '') + '.';
    }
    found.slice(0, MOST).forEach(function (each) {
      var item = document.createElement('li');
      var link = document.createElement('a');
      link.href = each.row.href;
      link.textContent = each.row.shown;
      var kind = document.createElement('span');
      kind.className = 'kind';
      kind.textContent = each.row.kind;
      var more = document.createElement('p');
      more.textContent = each.row.more;
      item.append(link, ' ', kind);
      if (each.row.more) item.append(more);
      list.append(item);
    });
  }
  function start() {
    index = (window.shnorSearch || []).map(function (row) {
      return { href: row[0], shown: row[1], kind: row[2], more: row[3],
        title: plain(row[1]), words: plain(row[2] + ' ' + row[3]) };
    });
    var asked = /[#&]q=([^&]*)/.exec(location.hash);
    if (asked) {
      try { input.value = decodeURIComponent(asked[1]); } catch (error) { /* a broken address */ }
    }
    show();
  }
  box.addEventListener('submit', function (event) { event.preventDefault(); });
  input.addEventListener('input', function () {
    var query = input.value.trim();
    history.replaceState(null, '', query ? '#q=' + encodeURIComponent(query) : location.pathname);
    show();
  });
  var script = document.createElement('script');
  script.src = box.dataset.index;
  script.onload = start;
  script.onerror = function () { said.textContent = 'Указатель поиска не загрузился.'; };
  document.head.append(script);
  input.focus({ preventScroll: true });
})();
