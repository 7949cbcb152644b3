/* Makes table.shnor-table.sortable searchable, sortable and filterable with DataTables.
   Without this script the table is plainly readable. */
(function () {
  'use strict';
  var bundle = window.shnorDataTables;
  if (!bundle) return;
  var DataTable = bundle.default;
  var PAGE = 50;
  /* A table seen at a glance needs no search. */
  var SMALL = 10;

  function plural(n, one, few, many) {
    var tens = n % 100, ones = n % 10;
    if (tens > 10 && tens < 20) return many;
    if (ones === 1) return one;
    return ones > 1 && ones < 5 ? few : many;
  }

  function number(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f'); }

  /* No decimal sign here: it would be applied to data-order, which has a point. */
  var LANGUAGE = {
    emptyTable: 'В таблице нет строк',
    search: 'Поиск',
    searchPlaceholder: 'название, слово, число',
    zeroRecords: 'Ничего не найдено. Измените запрос или сбросьте отбор.',
    lengthMenu: 'Строк на странице: _MENU_',
    loadingRecords: 'Загрузка…',
    processing: 'Обработка…',
    paginate: { first: 'В начало', last: 'В конец', next: 'Дальше', previous: 'Назад' },
    aria: {
      orderable: ': упорядочить по этому столбцу',
      orderableReverse: ': упорядочить в обратном порядке',
      orderableRemove: ': вернуть исходный порядок',
      paginate: { first: 'Первая страница', last: 'Последняя страница', next: 'Следующая страница',
        previous: 'Предыдущая страница', number: 'Страница ' }
    }
  };

  function info(settings, start, end, max, total) {
    var rows = plural(total, 'строка', 'строки', 'строк');
    if (total === 0) return 'Ничего не найдено из ' + number(max);
    var text = number(total) + ' ' + rows;
    if (total !== max) text = 'Отобрано: ' + number(total) + ' из ' + number(max);
    if (end - start + 1 < total) text += ', показаны с ' + number(start) + ' по ' + number(end);
    return text;
  }

  function cellText(cell) { return cell.textContent.replace(/\s+/g, ' ').trim(); }

  var FEW = 15;

  /* A column is worth a drop-down if it asks for one (<th data-filter="select">), or if it is
     text that repeats: a status, a municipality. data-filter="none" forbids it. */
  function isFilterable(head, index, cells, values) {
    if (head.dataset.filter === 'select') return values.length > 1;
    if (head.dataset.filter || index === 0 || head.classList.contains('num')) return false;
    return cells.length >= FEW && values.length > 1 && values.length <= FEW &&
      values.length * 3 <= cells.length &&
      values.some(function (value) { return /[a-zа-яё]{3}/i.test(value); });
  }

  function filters(api, table, box) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head, index) {
      var cells = api.column(index).nodes().toArray();
      var order = {};
      cells.forEach(function (cell) {
        var key = cellText(cell);
        if (key && !(key in order)) order[key] = cell.dataset.order || '';
      });
      var values = Object.keys(order).sort(function (a, b) {
        var x = parseFloat(order[a]), y = parseFloat(order[b]);
        if (!isNaN(x) && !isNaN(y) && x !== y) return x - y;
        return a.localeCompare(b, 'ru', { numeric: true });
      });
      if (!isFilterable(head, index, cells, values)) return;
      var title = head.dataset.title || cellText(head);
      var label = document.createElement('label');
      var name = document.createElement('span');
      name.textContent = title;
      var select = document.createElement('select');
      select.add(new Option('все', ''));
      values.forEach(function (value) { select.add(new Option(value, value)); });
      select.addEventListener('change', function () {
        var wanted = select.value;
        var exact = function (data, row) {
          return cellText(api.cell(row, index).node()) === wanted;
        };
        if (wanted) api.column(index).search.fixed('choice', function (text, data, row) { return exact(data, row); });
        else api.column(index).search.fixed('choice', null);
        api.draw();
      });
      label.append(name, select);
      box.append(label);
    });
    return box.childElementCount > 0;
  }

  function enhance(table) {
    if (!table.tHead || !table.tBodies.length) return;
    var rows = table.tBodies[0].rows.length;
    var paged = rows > PAGE;
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head) { head.dataset.title = cellText(head); });
    var wrap = table.closest('.shnor-table-wrap');
    var tools = document.createElement('div');
    tools.className = 'shnor-filters';
    var api = new DataTable(table, {
      order: [],
      autoWidth: false,
      paging: paged,
      searching: rows > SMALL,
      pageLength: PAGE,
      lengthMenu: [[PAGE, 100, 200, -1], [PAGE, 100, 200, 'все']],
      language: LANGUAGE,
      infoCallback: info,
      columnDefs: [{ targets: heads.map(function (head, i) { return head.dataset.sort === 'none' ? i : -1; })
        .filter(function (i) { return i >= 0; }), orderable: false }],
      layout: {
        topStart: rows > SMALL ? function () { return tools; } : null,
        topEnd: rows > SMALL ? 'search' : null,
        bottomStart: paged ? 'pageLength' : null,
        bottomEnd: paged ? 'paging' : null,
        bottom: null,
        top2Start: null,
        top: rows > SMALL ? 'info' : null
      }
    });
    if (rows > SMALL) filters(api, table, tools);
    if (wrap) wrap.classList.add('has-tools');
    /* On paper there are no pages to turn. */
    var length = null;
    window.addEventListener('beforeprint', function () {
      if (paged) { length = api.page.len(); api.page.len(-1).draw(false); }
    });
    window.addEventListener('afterprint', function () {
      if (length !== null) { api.page.len(length).draw(false); length = null; }
    });
    api.on('draw', function () { if (window.shnorMeasureTables) window.shnorMeasureTables(); });
  }

  function start() {
    document.querySelectorAll('table.shnor-table.sortable').forEach(function (table) {
      try { enhance(table); } catch (error) { console.error('Таблица не оживлена:', error); }
    });
    if (window.shnorMeasureTables) window.shnorMeasureTables();
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
