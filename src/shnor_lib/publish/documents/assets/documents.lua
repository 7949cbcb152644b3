-- Prints many documents in one Pandoc process: pandoc lua documents.lua manifest.json
--
-- Every document is Markdown (a notebook's or a page's); the manifest names where its Typst and
-- Word go; see engine.py. One line of JSON per document goes to standard output.

local system, utils, json = pandoc.system, pandoc.utils, pandoc.json
local stringify = utils.stringify

local manifest = json.decode(system.read_file(arg[1]), false)
local words = manifest.language
local FORMAT_IN = 'markdown+table_attributes'
local NBSP = '\u{a0}'

local folder = arg[1]:match('^(.*)/[^/]*$')
local html = dofile(folder .. '/html.lua')
local tables = dofile(folder .. '/tables.lua')

local page -- the document being printed
local target -- 'typst' or 'docx'

local function raw(text) return pandoc.RawBlock(target == 'typst' and 'typst' or 'openxml', text) end
local function rawi(text) return pandoc.RawInline(target == 'typst' and 'typst' or 'openxml', text) end

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('%s+', ' ') .. '"'
end

local function has(element, class) return element.classes and element.classes:includes(class) end

------------------------------------------------------------------------------- numbers, captions

local function label_for(kind, identifier)
  page.count[kind] = (page.count[kind] or 0) + 1
  local number = page.count[kind]
  if identifier ~= '' then page.numbers[identifier] = { kind = kind, number = number } end
  return number
end

-- In Word the number is a field: lists of figures and tables can be made from it.
local function numbered(kind, number, caption)
  local title = words['crossref-' .. kind .. '-title']
  local head = pandoc.Inlines {}
  if target == 'docx' then
    head:extend { pandoc.Str(title .. NBSP), rawi('<w:fldSimple w:instr=" SEQ ' .. title
      .. ' \\* ARABIC "><w:r><w:t>' .. number .. '</w:t></w:r></w:fldSimple>') }
  else
    head:insert(pandoc.Str(title .. NBSP .. number))
  end
  head = pandoc.Inlines { pandoc.Strong(head) }
  if #caption > 0 then
    head:extend { pandoc.Str(manifest.delimiter), pandoc.Space() }
    head:extend(caption)
  end
  return head
end

local function styled(name, blocks)
  return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = name }))
end

-- What stands between a table or a box and the next block of a Word file: Pandoc writes no empty
-- paragraph of its own, and without one two boxes would become one.
local function gap()
  return raw('<w:p><w:pPr><w:pStyle w:val="TableEnd"/></w:pPr></w:p>')
end

local function print_table(tbl)
  local caption = utils.blocks_to_inlines(tbl.caption.long or {})
  local cards = has(tbl, 'cards')
  local layout = cards and { size = 9, turned = false } or tables.layout_of(tbl, target)
  if not cards then tables.set_columns(tbl, layout) end
  local identifier = tbl.identifier
  if #caption > 0 then
    local number = label_for('tbl', identifier)
    tbl.caption = { long = { pandoc.Plain(numbered('tbl', number, caption)) } }
    page.tables = page.tables + 1
  end
  tbl.classes, tbl.attributes = {}, {}
  if target == 'typst' then
    local open = cards and '#key-figures[' or '#small-table(' .. layout.size .. 'pt)['
    local close = ']'
    if layout.turned then open, close = '#sideways[' .. open, close .. ']' end
    return { raw(open), tbl, raw(close) }
  end
  -- the few figures a page begins with stay on one page
  local style = cards and 'Key Figure' or 'Table Text ' .. layout.size
  -- rows are copies in Lua: they are put back
  local function back(rows, head)
    for i, row in ipairs(rows) do
      for j, cell in ipairs(row.cells) do
        -- a style is kept by paragraphs only
        local inner = cell.contents:map(function(block)
          return block.t == 'Plain' and pandoc.Para(block.content) or block
        end)
        cell.contents = pandoc.Blocks { styled(head and style .. ' Head' or style, inner) }
        row.cells[j] = cell
      end
      rows[i] = row
    end
    return rows
  end
  local head = tbl.head
  head.rows = back(head.rows, true)
  tbl.head = head
  local bodies = tbl.bodies
  for i, body in ipairs(bodies) do
    body.body = back(body.body, false)
    bodies[i] = body
  end
  tbl.bodies = bodies
  if layout.turned then
    return { raw('<!--shnor-upright-->'), tbl, raw('<!--shnor-sideways-->') }
  end
  return { tbl, gap() }
end

local function image_of(blocks)
  local found
  pandoc.Blocks(blocks):walk { Image = function(image) found = found or image end }
  return found
end

-- Share of the page's width, so that a tall picture and its caption fit one page.
local TALLEST, PAGE_WIDTH = 205, 170
local function share_of_width(path)
  local done, size = pcall(function() return pandoc.image.size(system.read_file(path)) end)
  if not done then return 100 end
  local height = PAGE_WIDTH * size.height / size.width
  return height > TALLEST and math.floor(100 * TALLEST / height) or 100
end

local function print_figure(identifier, image, caption)
  local share = share_of_width(image.src)
  local number = label_for('fig', identifier)
  page.figures = page.figures + 1
  local alt = image.attributes.alt or ''
  if alt == '' then alt = stringify(image.caption) end
  caption = numbered('fig', number, caption)
  if target == 'typst' then
    local line = pandoc.Inlines { rawi('#picture(' .. typst_string('/' .. image.src) .. ', '
      .. typst_string(alt) .. ', ' .. share .. '%, [') }
    line:extend(caption)
    line:insert(rawi('])' .. (identifier ~= '' and ' <' .. identifier .. '>' or '')))
    return pandoc.Para(line)
  end
  local shown = pandoc.Image(pandoc.Inlines(alt), image.src, '', { width = share .. '%' })
  return pandoc.Figure({ pandoc.Plain { shown } }, { long = { pandoc.Plain(caption) } },
    { id = identifier })
end

local STRUCTURE

local function float(div)
  local image = image_of(div.content)
  local caption, note = pandoc.Inlines {}, nil
  local rest = pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    if block.t == 'Div' and has(block, 'shnor-note') then
      note = utils.blocks_to_inlines(block.content)
    else
      rest:insert(block)
    end
  end
  local last = rest[#rest]
  if #rest > 1 and last and (last.t == 'Para' or last.t == 'Plain') and not image_of { last } then
    caption = utils.blocks_to_inlines { last }
    rest:remove(#rest)
  end
  if note and #note > 0 then
    if #caption > 0 then
      if not stringify(caption):match('[.!?]$') then caption:insert(pandoc.Str('.')) end
      caption:insert(pandoc.Space())
    end
    caption:extend(note)
  end
  if image then return print_figure(div.identifier, image, caption) end
  -- words or a table in place of a figure: the caption goes to the table
  local placed = false
  page.replaced = page.replaced + 1
  rest = rest:walk {
    Div = function(inner) return inner.content end,
  }
  rest = rest:walk {
    Table = function(tbl)
      if placed or #caption == 0 then return nil end
      placed = true
      tbl.caption = { long = { pandoc.Plain(caption) } }
      tbl.identifier = div.identifier
      return tbl
    end,
  }
  return rest:walk(STRUCTURE)
end

local function no_picture(div)
  page.replaced = page.replaced + 1
  return div.content:walk(STRUCTURE)
end

local CALLOUTS = { ['callout-note'] = true, ['callout-tip'] = true, ['callout-warning'] = true,
  ['callout-important'] = true, ['callout-caution'] = true }

local function callout(div)
  local title, body = nil, div.content:walk(STRUCTURE)
  local first = body[1]
  if first and first.t == 'Header' then
    title = first.content
    body:remove(1)
  elseif first and first.t == 'Para' and #first.content == 1 and first.content[1].t == 'Strong' then
    title = first.content[1].content
    body:remove(1)
  else
    title = pandoc.Inlines(div.attributes.title or '')
  end
  if target == 'typst' then
    local open = pandoc.Inlines { rawi('#callout[') }
    open:extend(title)
    open:insert(rawi(']['))
    local blocks = pandoc.Blocks { pandoc.Plain(open) }
    blocks:extend(body)
    blocks:insert(raw(']'))
    return blocks
  end
  local blocks = pandoc.Blocks {}
  if #title > 0 then blocks:insert(styled('Callout Title', { pandoc.Para(title) })) end
  blocks:insert(styled('Callout', body))
  blocks:insert(gap())
  return blocks
end

STRUCTURE = {
  traverse = 'topdown',
  Div = function(div)
    for _, class in ipairs(div.classes) do
      if CALLOUTS[class] or class == 'shnor-box' then return callout(div), false end
    end
    if has(div, 'content-visible') or has(div, 'content-hidden') then
      local wanted = true
      if div.attributes['when-format'] then
        wanted = not div.attributes['when-format']:match('^html')
      elseif div.attributes['unless-format'] then
        wanted = div.attributes['unless-format']:match('^html') ~= nil
      end
      if has(div, 'content-hidden') then wanted = not wanted end
      return wanted and div.content:walk(STRUCTURE) or {}, false
    end
    if has(div, 'shnor-nochart') then return no_picture(div), false end
    if div.identifier:match('^fig%-') or div.identifier:match('^tbl%-') or has(div, 'shnor-fig')
      or has(div, 'shnor-tbl') then
      return float(div), false
    end
  end,
  Figure = function(figure)
    local image = image_of(figure.content)
    if image then
      return print_figure(figure.identifier, image,
        utils.blocks_to_inlines(figure.caption.long or {})), false
    end
  end,
  Table = function(tbl) return print_table(tbl), false end,
  Span = function(span)
    if has(span, 'fine') then
      if target == 'typst' then
        local line = pandoc.Inlines { rawi('#fine[') }
        line:extend(span.content)
        line:insert(rawi(']'))
        return line
      end
      return pandoc.Span(span.content, pandoc.Attr('', {}, { ['custom-style'] = 'Fine' }))
    end
    return span.content
  end,
}

-- A line that announces a list or a table stays on its page: «**Слабее, чем у большинства:**».
local ANNOUNCED = { BulletList = true, OrderedList = true, Table = true, RawBlock = true }
local LEADS = {
  Blocks = function(blocks)
    for i = 1, #blocks - 1 do
      local block = blocks[i]
      if block.t == 'Para' and ANNOUNCED[blocks[i + 1].t]
        and (#block.content == 1 and block.content[1].t == 'Strong'
          or stringify(block.content):match(':$')) then
        if target == 'typst' then
          local line = pandoc.Inlines { rawi('#lead[') }
          line:extend(block.content)
          line:insert(rawi(']'))
          blocks[i] = pandoc.Plain(line)
        else
          blocks[i] = styled('Lead In', { block })
        end
      end
    end
    return blocks
  end,
}

local REFERENCES = {
  Cite = function(cite)
    local result = pandoc.Inlines {}
    for _, citation in ipairs(cite.citations) do
      local place = page.numbers[citation.id]
      if not place then return nil end
      local text = words['crossref-' .. place.kind .. '-prefix'] .. NBSP .. place.number
      if #result > 0 then result:extend { pandoc.Str(','), pandoc.Space() } end
      result:extend(citation.prefix)
      if #citation.prefix > 0 then result:insert(pandoc.Space()) end
      result:insert(pandoc.Link(text, '#' .. citation.id))
      result:extend(citation.suffix)
    end
    return result
  end,
}

-- A line does not begin with a dash. Where lines are hyphenated «— 3» stays together, too; Word
-- would stretch a justified line for it.
local DASHES = {
  Inlines = function(inlines)
    for i = 2, #inlines do
      local before = inlines[i - 1]
      if inlines[i].t == 'Str' and inlines[i].text:match('^—')
        and (before.t == 'Space' or before.t == 'SoftBreak') then
        inlines[i - 1] = pandoc.Str(NBSP)
        local after, number = inlines[i + 1], inlines[i + 2]
        if target == 'typst' and after and (after.t == 'Space' or after.t == 'SoftBreak') and inlines[i].text == '—'
          and number and number.t == 'Str' and number.text:match('^%d') then
          inlines[i + 1] = pandoc.Str(NBSP)
        end
      end
    end
    return inlines
  end,
}

------------------------------------------------------------------------------------ one document

-- Chapters of a page are second-level headings, of a document first-level ones.
local function raise_headings(doc)
  local top = 9
  doc:walk { Header = function(header) top = math.min(top, header.level) end }
  return doc:walk {
    Header = function(header)
      header.level = math.max(1, header.level - top + 1)
      return header
    end,
  }
end

local function inlines_of(value)
  if value == nil then return pandoc.Inlines {} end
  local kind = utils.type(value)
  if kind == 'Inlines' then return value end
  if kind == 'Blocks' then return utils.blocks_to_inlines(value) end
  return pandoc.Inlines(stringify(value))
end

local function typst_of(inlines)
  return (pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, 'typst', { wrap_text = 'wrap-none' })
    :gsub('%s+$', ''))
end

local function xml(text)
  return (text:gsub('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end

-- «ШНОР — школы с …; ВПР — …» for the abbreviations of a text; none if it uses none.
local function abbreviations(doc)
  local used, word = {}, {}
  for _, code in utf8.codes(stringify(doc.blocks) .. ' ') do
    if (code >= 0x410 and code <= 0x44f) or code == 0x401 or code == 0x451 then
      word[#word + 1] = utf8.char(code)
    elseif #word > 0 then
      used[table.concat(word)] = true
      word = {}
    end
  end
  local said = pandoc.Inlines {}
  for _, pair in ipairs(manifest.abbreviations) do
    if used[pair[1]] then
      said:insert(pandoc.Str((#said > 0 and '; ' or '') .. pair[1] .. NBSP .. '— ' .. pair[2]))
    end
  end
  if #said == 0 then return said end
  said:insert(1, pandoc.Strong('Сокращения.'))
  said:insert(2, pandoc.Space())
  said:insert(pandoc.Str('.'))
  return said
end

-- Contents of Word: a field Word fills with page numbers; until then it holds the headings.
local function word_contents(doc, depth)
  local lines = {}
  local function line(style, inner)
    lines[#lines + 1] = '<w:p><w:pPr><w:pStyle w:val="' .. style .. '"/></w:pPr>' .. inner .. '</w:p>'
  end
  line('TOCHeading', '<w:r><w:t>' .. xml(words['toc-title-document']) .. '</w:t></w:r>')
  local field = '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText '
    .. 'xml:space="preserve">TOC \\o "1-' .. depth .. '" \\h \\z \\u</w:instrText></w:r><w:r><w:fldChar '
    .. 'w:fldCharType="separate"/></w:r>'
  local found = 0
  doc:walk {
    Header = function(header)
      if header.level > depth then return nil end
      found = found + 1
      local text = '<w:hyperlink w:anchor="' .. xml(header.identifier) .. '"><w:r><w:t '
        .. 'xml:space="preserve">' .. xml(stringify(header.content)) .. '</w:t></w:r></w:hyperlink>'
      line('TOC' .. header.level, (found == 1 and field or '') .. text)
    end,
  }
  if found == 0 then return nil end
  lines[#lines + 1] = '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
  return table.concat(lines)
end

local BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'

local function word_head(entry, title, subtitle, doc)
  local blocks = pandoc.Blocks {}
  local function add(style, inlines)
    if #inlines > 0 then blocks:insert(styled(style, { pandoc.Para(inlines) })) end
  end
  local compact = entry.compact
  add(compact and 'Document Site' or 'Cover Organisation', pandoc.Inlines(entry.organisation))
  add(compact and 'Document Site' or 'Cover Site', pandoc.Inlines(entry.site))
  add(compact and 'Document Title' or 'Title', title)
  add(compact and 'Document Subtitle' or 'Subtitle', subtitle)
  add(compact and 'Document Note' or 'Cover Note', pandoc.Inlines(entry.note))
  local contents = word_contents(doc, compact and 1 or 2)
  if not compact then blocks:insert(raw(BREAK)) end
  if contents then blocks:insert(raw(contents)) end
  if not compact then add('Compact', abbreviations(doc)) end
  if not compact then blocks:insert(raw(BREAK)) end
  return blocks
end

local function fallback_note()
  local text = manifest.no_browser
  if target == 'typst' then
    return { pandoc.Plain { rawi('#callout[]['), pandoc.Str(text), rawi(']') } }
  end
  return { styled('Callout', { pandoc.Para { pandoc.Str(text) } }) }
end

-- The text without what only a screen needs: the same for both kinds of file.
local function source_of(entry)
  local doc = pandoc.read(system.read_file(entry.input), FORMAT_IN)
  if doc.meta.title == nil and doc.blocks[1] and doc.blocks[1].t == 'Header' then
    doc.meta.title = pandoc.MetaInlines(doc.blocks[1].content)
    doc.blocks:remove(1)
  end
  for _, pass in ipairs(html.passes) do doc = doc:walk(pass) end
  return doc
end

local function transformed(source)
  page = { count = {}, numbers = {}, tables = 0, figures = 0, replaced = 0 }
  local doc = source:clone():walk(DASHES):walk(STRUCTURE):walk(REFERENCES):walk(LEADS)
  doc = raise_headings(doc)
  if page.replaced > 0 then
    local note = fallback_note()
    for i = #note, 1, -1 do doc.blocks:insert(1, note[i]) end
  end
  return doc
end

local function to_typst(entry, source)
  target = 'typst'
  local doc = transformed(source)
  local title, subtitle = inlines_of(doc.meta.title), inlines_of(doc.meta.subtitle)
  doc.meta = pandoc.Meta {}
  local body = pandoc.write(doc, 'typst', { wrap_text = 'wrap-none' })
    :gsub('align%(center%)%[#table%(', 'align(left)[#table(')
  local head = '#import "' .. manifest.style .. '": *\n#show: printed.with(title: ['
    .. typst_of(title) .. '], plain: ' .. typst_string(stringify(title)) .. ', subtitle: ['
    .. typst_of(subtitle) .. '], organisation: [' .. typst_of(pandoc.Inlines(entry.organisation))
    .. '], site: [' .. typst_of(pandoc.Inlines(entry.site)) .. '], note: ['
    .. typst_of(pandoc.Inlines(entry.note)) .. '], compact: ' .. tostring(entry.compact)
    .. ', abbreviations: [' .. (entry.compact and '' or typst_of(abbreviations(doc)))
    .. '], contents-title: [' .. words['toc-title-document'] .. '])\n\n'
  system.write_file(entry.typst, head .. body)
  return stringify(title)
end

local function to_docx(entry, source)
  target = 'docx'
  local doc = transformed(source)
  local title, subtitle = inlines_of(doc.meta.title), inlines_of(doc.meta.subtitle)
  doc.meta = pandoc.Meta { lang = 'ru-RU' }
  local head = word_head(entry, title, subtitle, doc)
  head:extend(doc.blocks)
  doc.blocks = head
  local bytes = pandoc.write(doc, 'docx', { reference_doc = manifest.reference })
  local handle = assert(io.open(entry.docx, 'wb'))
  handle:write(bytes)
  handle:close()
end

for _, entry in ipairs(manifest.documents) do
  local done, result = pcall(function()
    local source = source_of(entry)
    local title = to_typst(entry, source)
    to_docx(entry, source)
    return { name = entry.name, title = title, tables = page.tables, figures = page.figures,
      replaced = page.replaced }
  end)
  if not done then result = { name = entry.name, error = tostring(result) } end
  io.stdout:write(json.encode(result), '\n')
  io.stdout:flush()
end
