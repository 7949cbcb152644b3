-- Adds the site's scripts to a page: the page script always, plotly and DataTables only where
-- the page has a chart or a sortable table. Run as a filter by Quarto and, with a stand-in for
-- the global `quarto`, by the embedded engine. Paths are relative to this file.

local VERSION = '1'

local function script(name)
  return { path = name, afterBody = true }
end

local function needs(doc)
  local chart, sortable, search = false, false, false
  local function look(text)
    if not chart and text:find('shnor-chart', 1, true) then chart = true end
    if text:find('shnor-search', 1, true) then search = true end
    if not sortable and text:find('shnor%-table[^"]* sortable') then sortable = true end
  end
  doc:walk {
    RawBlock = function(raw)
      if raw.format:find('html', 1, true) then look(raw.text) end
    end,
    RawInline = function(raw)
      if raw.format:find('html', 1, true) then look(raw.text) end
    end,
    Div = function(div)
      if div.classes:includes('shnor-chart') then chart = true end
    end,
  }
  return chart, sortable, search
end

function Pandoc(doc)
  if not quarto.doc.is_format('html') then return nil end
  local chart, sortable, search = needs(doc)
  local add = quarto.doc.add_html_dependency
  add { name = 'shnor-page', version = VERSION, scripts = { script('page.js') } }
  if chart then
    add { name = 'plotly', version = VERSION, scripts = { script('plotly.min.js') } }
    add { name = 'shnor-charts', version = VERSION,
          scripts = { script('plotly-theme.js'), script('charts.js') } }
  end
  if sortable then
    add { name = 'datatables', version = VERSION, scripts = { script('datatables.min.js') } }
    add { name = 'shnor-tables', version = VERSION, scripts = { script('tables.js') } }
  end
  if search then
    add { name = 'shnor-search', version = VERSION, scripts = { script('search.js') } }
  end
  return nil
end
