-- Renders many pages in one Pandoc process: pandoc lua render.lua manifest.json
--
-- The manifest names the template, the project's filters, words of the engine and the pages;
-- see embedded.py. One line of JSON per page goes to standard output. Files are read and
-- written through pandoc.system, which knows names outside the system's code page.

local system, utils, json = pandoc.system, pandoc.utils, pandoc.json
local stringify = utils.stringify

local manifest = json.decode(system.read_file(arg[1]), false)
local template = pandoc.template.compile(system.read_file(manifest.template))
local words, known = manifest.language, manifest.known
local FORMAT_IN = 'markdown+table_attributes'
local OPTIONS = { html_math_method = 'mathml', section_divs = true, wrap_text = 'wrap-preserve' }
local BODY = '@@shnor-body@@'

local page -- the page being rendered

------------------------------------------------------------------------------- the quarto table

local function folder_of(path)
  return path:match('^(.*)/[^/]*$') or '.'
end

local current_filter
quarto = {
  doc = {
    is_format = function(format) return format:match('^html') ~= nil end,
    add_html_dependency = function(dependency)
      local id = dependency.name .. '-' .. (dependency.version or '0')
      if page.seen[id] then return end
      page.seen[id] = true
      local files = {}
      for kind, list in pairs { scripts = dependency.scripts, styles = dependency.stylesheets } do
        for _, file in ipairs(list) do
          local name = type(file) == 'table' and file.path or file
          files[#files + 1] = { kind = kind, name = name }
        end
      end
      page.dependencies[#page.dependencies + 1] =
        { id = id, folder = folder_of(current_filter.path), files = files }
    end,
  },
  project = { directory = '.' },
  log = { output = function() end, warning = function() end },
}

local HANDLERS = { 'Blocks', 'Inlines', 'Pandoc', 'Meta', 'Block', 'Inline', 'Str', 'Para', 'Plain',
  'Header', 'Div', 'Span', 'Link', 'Image', 'Figure', 'Table', 'RawBlock', 'RawInline', 'Code',
  'CodeBlock', 'BulletList', 'OrderedList', 'DefinitionList', 'BlockQuote', 'Cite', 'Math', 'Note',
  'Quoted', 'Emph', 'Strong', 'HorizontalRule', 'LineBlock', 'SoftBreak', 'LineBreak', 'Space' }

local function load_filter(path)
  local own = setmetatable({}, { __index = _G })
  local chunk = assert(load(system.read_file(path), '@' .. path, 't', own))
  local result = chunk()
  if type(result) == 'table' then
    return { path = path, list = #result > 0 and result or { result } }
  end
  local filter = {}
  for _, name in ipairs(HANDLERS) do filter[name] = rawget(own, name) end
  return { path = path, list = { filter } }
end

local filters = {}
for _, path in ipairs(manifest.filters) do filters[#filters + 1] = load_filter(path) end

------------------------------------------------------------------------------- callouts, formats

local CALLOUTS = { ['callout-note'] = true, ['callout-tip'] = true, ['callout-warning'] = true,
  ['callout-important'] = true, ['callout-caution'] = true }

local function callout(div, kind)
  local title
  if div.attributes.title then
    title = pandoc.Inlines(div.attributes.title)
  elseif div.content[1] and div.content[1].t == 'Header' then
    title = div.content[1].content
    div.content:remove(1)
  else
    title = pandoc.Inlines(words[kind .. '-title'] or '')
  end
  local heading = pandoc.Div({
    pandoc.Div({}, { class = 'callout-icon-container' }),
    pandoc.Div({ pandoc.Plain(title) }, { class = 'callout-title-container' }),
  }, { class = 'callout-header' })
  local body = pandoc.Div(div.content, { class = 'callout-body-container callout-body' })
  local classes = 'callout callout-style-default callout-titled ' .. kind
  local collapse = div.attributes.collapse
  if collapse == 'true' or collapse == 'false' then
    local open = collapse == 'false' and ' open' or ''
    return {
      pandoc.RawBlock('html', '<details class="' .. classes .. '"' .. open .. '><summary>'),
      heading, pandoc.RawBlock('html', '</summary>'), body, pandoc.RawBlock('html', '</details>'),
    }
  end
  return pandoc.Div({ heading, body }, { id = div.identifier, class = classes })
end

local function is_shown(div)
  local attributes = div.attributes
  local wanted = true
  if attributes['when-format'] then wanted = attributes['when-format']:match('^html') ~= nil end
  if attributes['unless-format'] then wanted = not attributes['unless-format']:match('^html') end
  if div.classes:includes('content-hidden') then return not wanted end
  return wanted
end

--------------------------------------------------------------------------------- figures, tables

local function kind_of(identifier, classes)
  local kind = identifier:match('^(fig)%-') or identifier:match('^(tbl)%-')
  if kind then return kind end
  if classes:includes('shnor-fig') then return 'fig' end
  if classes:includes('shnor-tbl') then return 'tbl' end
end

local function numbered(identifier, kind, caption)
  if not identifier:match('^' .. kind .. '%-') then return caption end
  page.count[kind] = (page.count[kind] or 0) + 1
  page.numbers[identifier] = { kind = kind, number = page.count[kind] }
  local label = words['crossref-' .. kind .. '-title'] .. '\u{a0}' .. page.count[kind]
  if #caption == 0 then return pandoc.Inlines { pandoc.Str(label) } end
  local head = pandoc.Inlines { pandoc.Span({ pandoc.Str(label .. manifest.delimiter) },
    { class = 'float-label' }), pandoc.Space() }
  head:extend(caption)
  return head
end

local function float(div, kind)
  local caption = pandoc.Inlines {}
  local last = div.content[#div.content]
  if #div.content > 1 and last.t == 'Para' then
    caption = last.content
    div.content:remove(#div.content)
  end
  caption = numbered(div.identifier, kind, caption)
  local id = div.identifier ~= '' and ' id="' .. div.identifier .. '"' or ''
  local result = pandoc.Blocks { pandoc.RawBlock('html',
    '<figure class="shnor-float float-' .. kind .. '"' .. id .. '>') }
  local caption_blocks = #caption > 0 and {
    pandoc.RawBlock('html', '<figcaption>'), pandoc.Plain(caption),
    pandoc.RawBlock('html', '</figcaption>') } or {}
  if kind == 'tbl' then result:extend(caption_blocks) end
  result:extend(div.content)
  if kind == 'fig' then result:extend(caption_blocks) end
  result:insert(pandoc.RawBlock('html', '</figure>'))
  return result
end

local function caption_long(caption)
  return utils.blocks_to_inlines(caption.long or {})
end

local STRUCTURE = {
  traverse = 'topdown',
  Div = function(div)
    for _, class in ipairs(div.classes) do
      if CALLOUTS[class] then return callout(div, class) end
    end
    if div.classes:includes('content-visible') or div.classes:includes('content-hidden') then
      return is_shown(div) and div.content or {}
    end
    local kind = kind_of(div.identifier, div.classes)
    if kind then return float(div, kind) end
  end,
  Figure = function(figure)
    if figure.identifier:match('^fig%-') then
      local caption = numbered(figure.identifier, 'fig', caption_long(figure.caption))
      figure.caption = { long = { pandoc.Plain(caption) } }
      return figure
    end
  end,
  Table = function(tbl)
    if tbl.identifier:match('^tbl%-') then
      local caption = numbered(tbl.identifier, 'tbl', caption_long(tbl.caption))
      tbl.caption = { long = { pandoc.Plain(caption) } }
    end
    return { pandoc.RawBlock('html', '<div class="shnor-table-wrap">'), tbl,
      pandoc.RawBlock('html', '</div>') }, false
  end,
}

local REFERENCES = {
  Cite = function(cite)
    local result = pandoc.Inlines {}
    for _, citation in ipairs(cite.citations) do
      local id = citation.id
      local place = page.numbers[id]
      if not place then
        if id:match('^fig%-') or id:match('^tbl%-') or id:match('^sec%-') then
          page.unresolved[#page.unresolved + 1] = '@' .. id
        end
        return nil
      end
      local text = tostring(place.number)
      if citation.mode ~= 'SuppressAuthor' then
        text = words['crossref-' .. place.kind .. '-prefix'] .. '\u{a0}' .. text
      end
      if #result > 0 then result:extend { pandoc.Str(','), pandoc.Space() } end
      result:extend(citation.prefix)
      if #citation.prefix > 0 then result:insert(pandoc.Space()) end
      result:insert(pandoc.Link(text, '#' .. id, '', { class = 'quarto-xref' }))
      result:extend(citation.suffix)
    end
    return result
  end,
}

------------------------------------------------------------------------------------------- links

local function normal(path)
  local parts = {}
  for part in path:gmatch('[^/]+') do
    if part == '..' and #parts > 0 and parts[#parts] ~= '..' then
      parts[#parts] = nil
    elseif part ~= '.' then
      parts[#parts + 1] = part
    end
  end
  return table.concat(parts, '/')
end

local function decoded(text)
  return (text:gsub('%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
end

-- Addresses of pages in Markdown and in raw HTML alike. Inside JSON of charts the quote is
-- escaped, so it is never touched.
local function rewrite_links(html, folder)
  local function fix(stem, suffix, rest)
    if stem:find('^%a[%w+.-]*:') then return nil end
    if known[normal(folder .. '/' .. decoded(stem) .. '.' .. suffix)] then
      return 'href="' .. stem .. '.html' .. rest .. '"'
    end
  end
  html = html:gsub('href="([^"#?]*)%.(qmd)([^"]*)"', fix)
  html = html:gsub('href="([^"#?]*)%.(ipynb)([^"]*)"', fix)
  return html
end

-------------------------------------------------------------------------------------- one page

local function fragment(inlines)
  return (pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, 'html', OPTIONS):gsub('%s+$', ''))
end

local function inlines_of(value)
  if value == nil then return nil end
  local kind = utils.type(value)
  if kind == 'Inlines' then return value end
  if kind == 'Blocks' then return utils.blocks_to_inlines(value) end
  return pandoc.Inlines(stringify(value))
end

local ESCAPES = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }
local function escape(text)
  return (text:gsub('[&<>"]', ESCAPES))
end

local function option(meta, name, default)
  local value = meta[name]
  if value == nil and meta.format and utils.type(meta.format) == 'table'
      and utils.type(meta.format.html) == 'table' then
    value = meta.format.html[name]
  end
  if value == nil then return default end
  if type(value) == 'boolean' then return value end
  return stringify(value)
end

local function take_title(doc)
  if doc.meta.title == nil and doc.blocks[1] and doc.blocks[1].t == 'Header'
      and doc.blocks[1].level == 1 then
    doc.meta.title = pandoc.MetaInlines(doc.blocks[1].content)
    doc.blocks:remove(1)
  end
end

local function apply_filters(doc)
  for _, filter in ipairs(filters) do
    current_filter = filter
    for _, part in ipairs(filter.list) do doc = doc:walk(part) end
  end
  return doc
end

local function scripts_and_styles(root)
  local scripts, styles = {}, {}
  for _, dependency in ipairs(page.dependencies) do
    for _, file in ipairs(dependency.files) do
      local address = escape(root .. 'site_libs/' .. dependency.id .. '/' .. file.name)
      if file.kind == 'scripts' then
        scripts[#scripts + 1] = '<script defer src="' .. address .. '"></script>'
      else
        styles[#styles + 1] = '<link rel="stylesheet" href="' .. address .. '">'
      end
    end
  end
  return table.concat(scripts, '\n'), table.concat(styles, '\n')
end

local function contents(doc, depth)
  local list = pandoc.structure.table_of_contents(doc.blocks, { toc_depth = depth })
  if list == nil or list.t ~= 'BulletList' or #list.content == 0 then return nil end
  -- One heading alone needs no table of contents.
  if #list.content == 1 and #list.content[1] == 1 then return nil end
  return list
end

-- Starting the writer costs more than writing a line: several pieces are written at once.
local SPLIT = '<!--shnor-split-->'
local function write_pieces(pieces)
  local blocks = pandoc.Blocks {}
  for _, piece in ipairs(pieces) do
    blocks:extend { pandoc.RawBlock('html', SPLIT), piece.block }
  end
  local html = pandoc.write(pandoc.Pandoc(blocks), 'html', OPTIONS)
  local place, result = 1, {}
  for _, piece in ipairs(pieces) do
    local _, start = html:find(SPLIT, place, true)
    local finish = html:find(SPLIT, start + 1, true) or #html + 1
    result[piece.name] = html:sub(start + 1, finish - 1):match('^%s*(.-)%s*$')
    place = finish
  end
  return result
end

-- Texts of the footer are Markdown, the same on every page but for the way to the root.
local footers = {}
local function footer(text, root)
  if not footers[text] then
    local inlines = utils.blocks_to_inlines(pandoc.read(text, FORMAT_IN).blocks)
    footers[text] = fragment(inlines)
  end
  return (footers[text]:gsub('href="([^"]*)"', function(address)
    if address:find('^%a[%w+.-]*:') or address:find('^#') then return nil end
    return 'href="' .. root .. address .. '"'
  end))
end

local function render(entry)
  page = { dependencies = {}, seen = {}, count = {}, numbers = {}, unresolved = {} }
  local doc = pandoc.read(system.read_file(entry.input), FORMAT_IN)
  take_title(doc)
  doc = doc:walk(STRUCTURE)
  doc = doc:walk(REFERENCES)
  doc = apply_filters(doc)

  local context = entry.context
  local meta = doc.meta
  local title = inlines_of(meta.title)
  local subtitle = inlines_of(meta.subtitle)
  local plain_title = meta.pagetitle and stringify(meta.pagetitle)
    or title and stringify(title) or manifest.site_title
  local pieces = {}
  if title then pieces[#pieces + 1] = { name = 'title', block = pandoc.Plain(title) } end
  if subtitle then pieces[#pieces + 1] = { name = 'subtitle', block = pandoc.Plain(subtitle) } end
  context.pagetitle = escape(entry.home and manifest.site_title or plain_title .. ' — ' .. manifest.site_title)
  context.description = meta.description and escape(stringify(meta.description)) or nil
  if option(meta, 'toc', manifest.toc) == true then
    local depth = tonumber(option(meta, 'toc-depth', manifest.toc_depth)) or 3
    local toc = contents(doc, depth)
    if toc then pieces[#pieces + 1] = { name = 'toc', block = toc } end
  end
  for name, html in pairs(write_pieces(pieces)) do context[name] = html end
  if option(meta, 'page-layout', '') == 'full' then context.layout = 'full' end
  context.scripts, context.styles = scripts_and_styles(context.root)
  for side, text in pairs(context.footer or {}) do
    context.footer[side] = footer(text, context.root)
  end
  context.body = BODY
  doc.meta = pandoc.Meta {}
  local body = pandoc.write(doc, 'html', OPTIONS)
  local whole = pandoc.layout.render(pandoc.template.apply(template, context))
  local first, last = whole:find(BODY, 1, true)
  whole = whole:sub(1, first - 1) .. body .. whole:sub(last + 1) .. '\n'
  system.make_directory(folder_of(entry.output), true)
  system.write_file(entry.output, rewrite_links(whole, folder_of(entry.source)))
  return { source = entry.source, title = plain_title, dependencies = page.dependencies,
    unresolved = page.unresolved }
end

for _, entry in ipairs(manifest.pages) do
  local done, result = pcall(render, entry)
  if not done then result = { source = entry.source, error = tostring(result) } end
  io.stdout:write(json.encode(result), '\n')
  io.stdout:flush()
end
