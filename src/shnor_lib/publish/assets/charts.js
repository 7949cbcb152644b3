/* Draws every .shnor-chart from the JSON inside it, in the theme of the page.
   Needs plotly.min.js and plotly-theme.js, loaded before it. */
(function () {
  'use strict';
  var Plotly = window.Plotly;
  var themes = window.shnorPlotlyTheme || { light: {}, dark: {} };
  var root = document.documentElement;
  root.classList.add('shnor-js');
  if (!Plotly) return;

  var NARROW = 560;
  var PRINT_WIDTH = 690;

  Plotly.register({
    moduleType: 'locale',
    name: 'ru',
    dictionary: {
      'Autoscale': 'Подобрать масштаб',
      'Box Select': 'Выделить прямоугольником',
      'Click to enter Colorscale title': 'Подпись шкалы',
      'Click to enter Plot title': 'Заголовок',
      'Click to enter X axis title': 'Подпись оси X',
      'Click to enter Y axis title': 'Подпись оси Y',
      'Compare data on hover': 'Сравнивать значения при наведении',
      'Double-click on legend to isolate one trace': 'Дважды нажмите на подпись, чтобы оставить один ряд',
      'Double-click to zoom back out': 'Дважды нажмите, чтобы вернуть масштаб',
      'Download plot': 'Сохранить рисунок',
      'Download plot as a PNG': 'Сохранить рисунок (PNG)',
      'Download plot as a png': 'Сохранить рисунок (PNG)',
      'IE only supports svg.  Changing format to svg.': 'Рисунок будет сохранён в формате SVG.',
      'Lasso Select': 'Выделить произвольно',
      'Pan': 'Сдвинуть',
      'Produced with Plotly.js': 'Создано с помощью Plotly.js',
      'Reset': 'Вернуть',
      'Reset axes': 'Вернуть масштаб',
      'Reset view': 'Вернуть вид',
      'Show closest data on hover': 'Показывать ближайшее значение',
      'Snapshot succeeded': 'Рисунок сохранён',
      'Sorry, there was a problem downloading your snapshot!': 'Не удалось сохранить рисунок.',
      'Taking snapshot - this may take a few seconds': 'Рисунок сохраняется…',
      'Toggle Spike Lines': 'Линии к осям',
      'Toggle show closest data on hover': 'Показывать ближайшее значение',
      'Zoom': 'Увеличить часть',
      'Zoom in': 'Крупнее',
      'Zoom out': 'Мельче',
      'close:': 'закрытие:', 'high:': 'максимум:', 'incoming flow count:': 'входящих:',
      'kde:': 'плотность:', 'lat:': 'широта:', 'lon:': 'долгота:', 'low:': 'минимум:',
      'lower fence:': 'нижняя граница:', 'max:': 'наибольшее:', 'mean ± σ:': 'среднее ± σ:',
      'mean:': 'среднее:', 'median:': 'медиана:', 'min:': 'наименьшее:', 'new text': 'текст',
      'open:': 'открытие:', 'outgoing flow count:': 'исходящих:', 'q1:': 'первый квартиль:',
      'q3:': 'третий квартиль:', 'source:': 'источник:', 'target:': 'цель:', 'trace': 'ряд',
      'upper fence:': 'верхняя граница:'
    },
    format: {
      days: ['воскресенье', 'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота'],
      shortDays: ['вс', 'пн', 'вт', 'ср', 'чт', 'пт', 'сб'],
      months: ['январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь',
        'октябрь', 'ноябрь', 'декабрь'],
      shortMonths: ['янв.', 'февр.', 'март', 'апр.', 'май', 'июнь', 'июль', 'авг.', 'сент.', 'окт.',
        'нояб.', 'дек.'],
      date: '%d.%m.%Y',
      decimal: ',',
      thousands: '\u202f'
    }
  });

  function isDark() {
    if (root.dataset.theme) return root.dataset.theme === 'dark';
    return document.body.classList.contains('quarto-dark');
  }

  function copy(value) { return JSON.parse(JSON.stringify(value)); }

  function wrapped(text, limit) {
    var lines = [''];
    String(text).split(/[ \u00a0]+/).forEach(function (word) {
      var last = lines[lines.length - 1];
      if (last && (last + ' ' + word).length > limit) lines.push(word);
      else lines[lines.length - 1] = last ? last + ' ' + word : word;
    });
    return lines.join('<br>');
  }

  /* Long names on the vertical axis are broken into lines instead of squeezing the chart. */
  function wrapCategories(spec, layout, width) {
    Object.keys(layout).concat(['yaxis']).forEach(function (key) {
      if (!/^yaxis\d*$/.test(key)) return;
      var axis = layout[key] = layout[key] || {};
      if (axis.tickvals || axis.ticktext || axis.showticklabels === false) return;
      var short = key.replace('axis', '');
      var names = [];
      spec.data.forEach(function (trace) {
        if ((trace.yaxis || 'y') !== short || !Array.isArray(trace.y)) return;
        trace.y.forEach(function (value) {
          if (typeof value === 'string' && names.indexOf(value) < 0) names.push(value);
        });
      });
      var limit = width < NARROW ? 16 : 34;
      if (!names.some(function (name) { return name.length > limit && isNaN(Number(name)); })) return;
      axis.tickmode = 'array';
      axis.tickvals = names;
      axis.ticktext = names.map(function (name) { return wrapped(name, limit); });
    });
  }

  // Lines and words of the figure itself (thresholds) that a dark ground would swallow.
  function onDark(layout) {
    var text = JSON.stringify(layout);
    Object.keys(themes.onDark || {}).forEach(function (colour) {
      text = text.split(colour).join(themes.onDark[colour]);
    });
    return JSON.parse(text);
  }

  function layoutFor(spec, width, dark) {
    var layout = copy(spec.layout || {});
    if (dark) layout = onDark(layout);
    layout.template = themes[dark ? 'dark' : 'light'];
    layout.autosize = false;
    layout.width = Math.floor(width);
    layout.height = layout.height || 360;
    wrapCategories(spec, layout, width);
    if (width < NARROW) {
      layout.font = Object.assign({}, layout.font, { size: 12 });
      layout.margin = Object.assign({}, layout.margin);
      layout.margin.l = Math.min(layout.margin.l === undefined ? 8 : layout.margin.l, 40);
      layout.margin.r = Math.min(layout.margin.r === undefined ? 12 : layout.margin.r, 16);
    }
    return layout;
  }

  var CONFIG = {
    locale: 'ru',
    responsive: false,
    displaylogo: false,
    scrollZoom: false,
    modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d']
  };

  var charts = [];

  function Chart(box) {
    this.box = box;
    this.plot = null;
    this.width = 0;
    this.state = '';
    try {
      this.spec = JSON.parse(box.querySelector('script[type="application/json"]').textContent);
      this.spec.data = this.spec.data || [];
    } catch (error) {
      this.fail(error);
    }
  }

  Chart.prototype.fail = function (error) {
    this.spec = null;
    this.box.classList.add('is-failed');
    if (window.console) console.error('Диаграмма не построена:', error);
  };

  Chart.prototype.draw = function (width, dark) {
    var state = width + (dark ? 'd' : 'l');
    if (!this.spec || width < 40 || state === this.state) return;
    this.state = state;
    var box = this.box;
    if (!this.plot) {
      this.plot = document.createElement('div');
      this.plot.className = 'shnor-plot';
      box.appendChild(this.plot);
    }
    var config = Object.assign({}, CONFIG, {
      displayModeBar: width < NARROW ? false : 'hover',
      toImageButtonOptions: { format: 'png', scale: 2, filename: fileName(box) }
    });
    try {
      var layout = layoutFor(this.spec, width, dark);
      Plotly.react(this.plot, copy(this.spec.data), layout, config);
      /* The label speaks for the drawing; only the buttons beside it are left to be reached. */
      box.setAttribute('role', 'group');
      this.plot.querySelectorAll('svg.main-svg').forEach(function (svg) {
        svg.setAttribute('aria-hidden', 'true');
      });
      box.classList.add('is-drawn');
    } catch (error) {
      this.fail(error);
    }
  };

  function fileName(box) {
    var figure = box.closest('figure');
    var caption = figure && figure.querySelector('figcaption');
    var text = (caption && caption.textContent) || document.title;
    return text.trim().slice(0, 60).replace(/[\\/:*?"<>|.]+/g, '').trim() || 'диаграмма';
  }

  /* What is in sight is drawn at once, the rest one by one so that the page stays quick. */
  var queue = [];
  var busy = 0;

  function drawNext() {
    busy = 0;
    var chart = queue.shift();
    if (!chart) return;
    chart.draw(chart.box.clientWidth, isDark());
    if (queue.length) busy = window.setTimeout(drawNext, 0);
  }

  function drawAll() {
    var dark = isDark();
    var height = window.innerHeight;
    queue = [];
    charts.forEach(function (chart) {
      var place = chart.box.getBoundingClientRect();
      if (place.top < height && place.bottom > 0) chart.draw(chart.box.clientWidth, dark);
      else queue.push(chart);
    });
    if (queue.length && !busy) busy = window.setTimeout(drawNext, 0);
  }

  function printAll() {
    queue = [];
    charts.forEach(function (chart) {
      chart.draw(Math.min(chart.box.clientWidth || PRINT_WIDTH, PRINT_WIDTH), false);
    });
  }

  function start() {
    document.querySelectorAll('.shnor-chart').forEach(function (box) { charts.push(new Chart(box)); });
    var waiting = 0;
    var soon = function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(drawAll, 60);
    };
    drawAll();
    if ('ResizeObserver' in window) {
      /* Also draws what was hidden at first: a closed section, a tab. */
      var observer = new ResizeObserver(soon);
      charts.forEach(function (chart) { observer.observe(chart.box); });
    } else {
      window.addEventListener('resize', soon);
    }
    var themeWatch = new MutationObserver(drawAll);
    themeWatch.observe(root, { attributes: true, attributeFilter: ['data-theme'] });
    themeWatch.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    window.addEventListener('beforeprint', printAll);
    window.addEventListener('afterprint', drawAll);
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
