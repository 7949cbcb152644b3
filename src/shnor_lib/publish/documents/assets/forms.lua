-- Forms to print and sign: Markdown to Word, all of them in one process.
-- Usage: pandoc lua forms.lua manifest.json
local manifest_path = arg[1]
local system, json = pandoc.system, pandoc.json
local manifest = json.decode(system.read_file(manifest_path), false)

local FORMAT = 'markdown-yaml_metadata_block-tex_math_dollars-smart-raw_tex-citations'

local function has(div, class)
  for _, each in ipairs(div.classes) do if each == class then return true end end
  return false
end

local function styled(name, blocks)
  return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = name }))
end

local function numbers(text)
  local found = {}
  for number in (text or ''):gmatch('%d+') do found[#found + 1] = tonumber(number) end
  return found
end

-- «¶» begins a new line: a cell of a pipe table has no other way to.
local function broken_lines(inlines)
  local found = pandoc.Inlines {}
  for i, inline in ipairs(inlines) do
    local last, following = inlines[i - 1], inlines[i + 1]
    if inline.t == 'Str' and inline.text == '¶' then
      found:insert(pandoc.LineBreak())
    elseif not (inline.t == 'Space' and ((last and last.t == 'Str' and last.text == '¶')
        or (following and following.t == 'Str' and following.text == '¶'))) then
      found:insert(inline)
    end
  end
  return found
end

-- Cells in a style of their own, widths as the form says; without a head if the head is empty.
local function table_of(tbl, widths, style)
  for i, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[i] = { spec[1] == 'AlignDefault' and 'AlignLeft' or spec[1], (widths[i] or 0) / 100 }
  end
  local function rows_of(rows, name)
    for i, row in ipairs(rows) do
      for j, cell in ipairs(row.cells) do
        local inner = cell.contents:walk {
          Plain = function(block) return pandoc.Para(block.content) end,
          Inlines = broken_lines,
        }
        cell.contents = pandoc.Blocks { styled(name, inner) }
        row.cells[j] = cell
      end
      rows[i] = row
    end
    return rows
  end
  local head = tbl.head
  head.rows = rows_of(head.rows, style .. ' Head')
  tbl.head = head
  local bodies = tbl.bodies
  for i, body in ipairs(bodies) do
    body.body = rows_of(body.body, style)
    bodies[i] = body
  end
  tbl.bodies = bodies
  return tbl
end

-- What the layout of the table is to be, for the finishing touches.
local function mark(name, value)
  return pandoc.RawBlock('openxml', '<!--form:' .. name .. ':' .. value .. '-->')
end

-- A line does not begin with a dash.
local DASHES = {
  Inlines = function(inlines)
    for i = 2, #inlines do
      local before = inlines[i - 1]
      if inlines[i].t == 'Str' and inlines[i].text:match('^—')
        and (before.t == 'Space' or before.t == 'SoftBreak') then
        inlines[i - 1] = pandoc.Str('\u{a0}')
      end
    end
    return inlines
  end,
}

local FORM = {
  traverse = 'topdown',
  Div = function(div)
    for _, style in ipairs { 'grid', 'sign' } do
      if has(div, style) then
        local name = style == 'sign' and 'Form Sign' or has(div, 'whole') and 'Form Grid Whole'
          or 'Form Grid'
        local widths = numbers(div.attributes.widths)
        local blocks = div.content:walk {
          Table = function(tbl) return table_of(tbl, widths, name) end,
        }
        blocks:insert(1, mark(style, div.attributes.high or '9'))
        -- two tables without a paragraph between them would become one
        local keep = has(div, 'whole') and '<w:keepNext/>' or ''
        blocks:insert(pandoc.RawBlock('openxml',
          '<w:p><w:pPr><w:pStyle w:val="FormGap"/>' .. keep .. '</w:pPr></w:p>'))
        return blocks, false
      end
    end
    local style = has(div, 'title') and 'Form Title' or has(div, 'centre') and 'Form Centre'
      or has(div, 'right') and 'Form Right' or has(div, 'addressee') and 'Form Addressee'
      or has(div, 'kept') and 'Form Kept' or has(div, 'small') and 'Form Small'
    if style then return styled(style, div.content), false end
  end,
  Para = function(para)
    local head = #para.content == 1 and para.content[1].t == 'Strong'
    return styled(head and 'Form Head' or 'Form Text', { para }), false
  end,
  BulletList = function(list)
    local blocks = pandoc.Blocks {}
    for _, item in ipairs(list.content) do
      for _, block in ipairs(item) do
        local line = pandoc.Inlines { pandoc.Str('–\u{a0}') }
        line:extend(block.content)
        blocks:insert(styled('Form Item', { pandoc.Para(line) }))
      end
    end
    return blocks, false
  end,
}

for _, entry in ipairs(manifest.forms) do
  local done, result = pcall(function()
    local doc = pandoc.read(system.read_file(entry.input), FORMAT):walk(DASHES):walk(FORM)
    doc.meta = pandoc.Meta { lang = 'ru-RU' }
    local bytes = pandoc.write(doc, 'docx', { reference_doc = manifest.reference })
    local handle = assert(io.open(entry.output, 'wb'))
    handle:write(bytes)
    handle:close()
  end)
  local answer = { name = entry.name }
  if not done then answer.error = tostring(result) end
  io.stdout:write(json.encode(answer), '\n')
  io.stdout:flush()
end
