-- HTML of the site's pages in print: what Pandoc's reader makes of it, and what only a screen needs.

local utils = pandoc.utils
local stringify = utils.stringify

local function has(element, class) return element.classes and element.classes:includes(class) end

-- What Pandoc's reader of HTML would lose, said in a way it keeps.
local function prepared(html)
  if html:match('^%s*<ol class="shnor%-timeline"') then
    html = html:gsub('<ol ', '<ul '):gsub('</ol>', '</ul>')
  end
  -- cells of the input are for those who mend it: a click on the page, not paper
  html = html:gsub('<details><summary>исходные ячейки</summary>.-</details>', '')
  html = html:gsub('<summary>%s*Показать.-</summary>', '')
  html = html:gsub('<summary>(.-)</summary>', '<p><strong>%1</strong></p>')
  html = html:gsub('<details[^>]*>', '<div>'):gsub('</details>', '</div>')
  html = html:gsub('<abbr[^>]*>', ''):gsub('</abbr>', '')
  html = html:gsub('<style.->.-</style>', ''):gsub('<script.->.-</script>', '')
  html = html:gsub('<noscript>.-</noscript>', '')
  return html
end

local function is_source(inline) return inline.t == 'Span' and has(inline, 'shnor-source') end

-- A badge at the beginning of a sentence, a source after it, a year of a time line.
local function said_in_words(block)
  local content = pandoc.Inlines {}
  local only_sources = #block.content > 0
  for _, inline in ipairs(block.content) do
    if not is_source(inline) and inline.t ~= 'Space' and inline.t ~= 'SoftBreak' then
      only_sources = false
    end
  end
  for i, inline in ipairs(block.content) do
    if inline.t == 'Span' and has(inline, 'year') then
      content:extend { pandoc.Strong(inline.content), pandoc.Str(' — ') }
    elseif inline.t == 'Span' and has(inline, 'shnor-badge') and i == 1 and #block.content > 1 then
      local text = stringify(inline.content)
      local first = text:match(utf8.charpattern) or ''
      text = pandoc.text.upper(first) .. text:sub(#first + 1)
      content:extend { pandoc.Strong(pandoc.Inlines(text)), pandoc.Str('.') }
    elseif inline.t == 'Span' and has(inline, 'shnor-badge') and i > 1
      and not (block.content[i - 1].t == 'Span' and has(block.content[i - 1], 'year')) then
      content:insert(pandoc.Str('— '))
      content:extend(inline.content)
      if i < #block.content then content:insert(pandoc.Str(',')) end
    elseif is_source(inline) then
      if #inline.content > 0 then
        if only_sources then
          if #content > 0 then content:insert(pandoc.LineBreak()) end
          content:insert(pandoc.Span(inline.content, { class = 'fine' }))
        else
          content:extend { pandoc.Str(', '), pandoc.Span(inline.content) }
        end
      end
    else
      content:insert(inline)
    end
  end
  block.content = content
  return block
end

local function cards_table(div)
  local rows = {}
  div:walk {
    Div = function(card)
      if not has(card, 'shnor-card') then return nil end
      local value, text = pandoc.Inlines {}, pandoc.Inlines {}
      card:walk {
        Span = function(span)
          if has(span, 'value') then value = span.content
          elseif has(span, 'label') then text:extend(span.content)
          elseif has(span, 'hint') then
            text:extend { pandoc.Str(' — ') }
            text:extend { pandoc.Span(span.content, { class = 'fine' }) }
          end
        end,
      }
      rows[#rows + 1] = { { pandoc.Plain { pandoc.Strong(value) } }, { pandoc.Plain(text) } }
    end,
  }
  local simple = pandoc.SimpleTable({}, { 'AlignRight', 'AlignLeft' }, { 0.22, 0.78 }, {}, rows)
  local tbl = utils.from_simple_table(simple)
  tbl.classes = { 'cards' }
  return tbl
end

local function html_blocks(text)
  local blocks = pandoc.read(prepared(text), 'html').blocks
  return blocks:walk {
    Para = said_in_words,
    Plain = said_in_words,
    Div = function(div)
      if has(div, 'shnor-download') then return {} end
      if has(div, 'shnor-cards') then return cards_table(div) end
    end,
  }
end

local HTML = {
  RawBlock = function(element)
    if element.format:match('^html') then return html_blocks(element.text) end
    return {}
  end,
  RawInline = function(element)
    if element.format:match('^html') then
      return utils.blocks_to_inlines(pandoc.read(element.text, 'html').blocks)
    end
    return {}
  end,
}

local SPECIAL = { 'shnor-fig', 'shnor-tbl', 'shnor-note', 'shnor-nochart', 'shnor-box',
  'content-visible', 'content-hidden', 'callout-note', 'callout-tip', 'callout-warning',
  'callout-important', 'callout-caution' }

-- Links back to pages of the site are no text of a document.
local BACK = {
  Para = function(block)
    local links = 0
    for _, inline in ipairs(block.content) do
      if inline.t == 'Link' and not inline.target:match('^https?:') then
        links = links + 1
      elseif not (inline.t == 'Space' or inline.t == 'SoftBreak'
          or inline.t == 'Str' and (inline.text == '·' or inline.text == '|')) then
        return nil
      end
    end
    if links > 0 then return {} end
  end,
}

-- What only the site needs goes; a wrapper without a meaning of its own leaves its content.
local CLEAN = {
  Link = function(link)
    if link.target:match('^https?:') or link.target:match('^#') then return nil end
    return link.content
  end,
  Div = function(div)
    if has(div, 'shnor-download') or has(div, 'shnor-documents') or has(div, 'page-break') then
      return {}
    end
    if div.identifier:match('^fig%-') or div.identifier:match('^tbl%-') then return nil end
    for _, class in ipairs(SPECIAL) do
      if has(div, class) then return nil end
    end
    return div.content
  end,
}

return { passes = { HTML, BACK, CLEAN } }
