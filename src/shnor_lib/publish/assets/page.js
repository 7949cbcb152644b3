/* Runs on every page of the site, under either engine: theme switch, menu on phones,
   tables that fit or scroll, the place in the table of contents. No library. */
(function () {
  'use strict';
  var root = document.documentElement;
  root.classList.add('shnor-js');

  /* Theme: the choice is remembered; without one the system's setting is followed. */
  var toggle = document.querySelector('[data-shnor-theme]');
  if (toggle) {
    var system = window.matchMedia('(prefers-color-scheme: dark)');
    var stored = function () {
      try { return localStorage.getItem('shnor-theme'); } catch (error) { return null; }
    };
    var show = function (theme) {
      root.dataset.theme = theme;
      toggle.setAttribute('aria-pressed', String(theme === 'dark'));
      toggle.title = theme === 'dark' ? 'Включить светлое оформление' : 'Включить тёмное оформление';
    };
    toggle.hidden = false;
    show(root.dataset.theme || (system.matches ? 'dark' : 'light'));
    toggle.addEventListener('click', function () {
      var theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
      try { localStorage.setItem('shnor-theme', theme); } catch (error) { /* private window */ }
      show(theme);
    });
    system.addEventListener('change', function (event) {
      if (!stored()) show(event.matches ? 'dark' : 'light');
    });
    window.addEventListener('storage', function (event) {
      if (event.key === 'shnor-theme' && event.newValue) show(event.newValue);
    });
  }

  /* Menu on narrow screens. */
  var menuButton = document.querySelector('[data-shnor-menu]');
  var menu = document.getElementById('site-menu');
  if (menuButton && menu) {
    var setMenu = function (open) {
      menuButton.setAttribute('aria-expanded', String(open));
      menu.classList.toggle('is-open', open);
    };
    menuButton.hidden = false;
    setMenu(false);
    menuButton.addEventListener('click', function () {
      setMenu(menuButton.getAttribute('aria-expanded') !== 'true');
    });
    document.addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && menuButton.getAttribute('aria-expanded') === 'true') {
        setMenu(false);
        menuButton.focus();
      }
    });
  }
  document.addEventListener('click', function (event) {
    document.querySelectorAll('.site-nav details[open]').forEach(function (details) {
      if (!details.contains(event.target)) details.open = false;
    });
  });

  /* The side menu is folded on phones, where it stands above the page. */
  var fold = document.querySelector('.sidebar-fold');
  if (fold && window.matchMedia('(max-width: 63.99em)').matches) fold.open = false;

  /* A key figure that is a word is written smaller rather than broken. */
  function fitValues() {
    document.querySelectorAll('.shnor-card .value').forEach(function (value) {
      value.style.fontSize = '';
      value.style.overflowWrap = 'normal';
      var size = parseFloat(getComputedStyle(value).fontSize);
      if (value.scrollWidth > value.clientWidth) {
        while (value.scrollWidth > value.clientWidth && size > 16) {
          size -= 1;
          value.style.fontSize = size + 'px';
        }
        /* Widths are compared in whole pixels: one more to be sure. */
        value.style.fontSize = size - 1 + 'px';
      }
      value.style.overflowWrap = '';
    });
  }
  fitValues();
  window.addEventListener('resize', fitValues);

  /* The build has no clock; what is late is seen by whoever reads the page. */
  var now = new Date();
  var today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(function (part) {
    return String(part).padStart(2, '0');
  }).join('-');
  document.querySelectorAll('time[data-shnor-deadline]').forEach(function (time) {
    if (time.dateTime >= today) return;
    var late = document.createElement('span');
    late.className = 'shnor-badge status-low_results';
    late.textContent = 'срок прошёл';
    time.classList.add('is-late');
    time.after(late);
  });

  /* Paper has nothing to click: what is folded is printed open. */
  var opened = [];
  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details.callout:not([open])').forEach(function (details) {
      details.open = true;
      opened.push(details);
    });
  });
  window.addEventListener('afterprint', function () {
    opened.splice(0).forEach(function (details) { details.open = false; });
  });

  /* A table that fits keeps its heading in sight while the page scrolls; one that does not is
     scrolled sideways in its own box, which then can be reached with the keyboard. */
  var wraps = Array.prototype.slice.call(document.querySelectorAll('.shnor-table-wrap'));
  function measure(wrap) {
    var table = wrap.querySelector('table');
    if (!table) return;
    wrap.classList.remove('fits');
    var room = (table.closest('.dt-layout-cell') || wrap).clientWidth;
    var fits = table.offsetWidth <= room + 1;
    wrap.classList.toggle('fits', fits);
    if (fits) {
      wrap.removeAttribute('tabindex');
      wrap.removeAttribute('role');
    } else {
      wrap.setAttribute('tabindex', '0');
      wrap.setAttribute('role', 'region');
      if (!wrap.hasAttribute('aria-label')) wrap.setAttribute('aria-label', 'Таблица');
    }
  }
  function measureAll() { wraps.forEach(measure); }
  window.shnorMeasureTables = measureAll;
  if (wraps.length) {
    measureAll();
    window.addEventListener('load', measureAll);
    if ('ResizeObserver' in window) {
      var width = 0;
      new ResizeObserver(function () {
        if (document.body.clientWidth !== width) {
          width = document.body.clientWidth;
          measureAll();
        }
      }).observe(document.body);
    }
  }

  /* The section being read is marked in the table of contents. */
  var toc = document.querySelector('.site-toc');
  if (toc && 'IntersectionObserver' in window) {
    var links = {};
    toc.querySelectorAll('a[href^="#"]').forEach(function (link) {
      links[decodeURIComponent(link.getAttribute('href').slice(1))] = link;
    });
    var seen = new Set();
    var observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) seen.add(entry.target.id); else seen.delete(entry.target.id);
      });
      var current = Object.keys(links).filter(function (id) { return seen.has(id); }).pop();
      if (!current) return;
      Object.keys(links).forEach(function (id) {
        if (id === current) links[id].setAttribute('aria-current', 'true');
        else links[id].removeAttribute('aria-current');
      });
    }, { rootMargin: '-12% 0px -70% 0px' });
    Object.keys(links).forEach(function (id) {
      var section = document.getElementById(id);
      if (section) observer.observe(section);
    });
  }
})();
