-- How wide the columns of a printed table are, how large its type, whether it lies on its side.

local stringify = pandoc.utils.stringify

local CAPACITY = { -- characters of a line of a table by the size of its type
  upright = { [9] = 108, [8] = 122, [7] = 140 },
  sideways = { [9] = 162, [8] = 183, [7] = 208 },
}
-- Typst hyphenates, Word in most offices does not: there a whole word must fit its column.
local LONGEST_WORD = { typst = 13, docx = 18 }
local PADDING = { typst = 2, docx = 2.6 }

-- Width of a word in average letters: capitals and a few letters are wide.
local known = {}
local function width_of(word)
  if known[word] then return known[word] end
  local width = 0
  for _, code in utf8.codes(word) do
    local letter = utf8.char(code)
    if letter:match('[.,:;|()%[%]il1]') then width = width + 0.6
    elseif letter ~= pandoc.text.lower(letter) or ('жшщюмыфw'):find(letter, 1, true) then
      width = width + 1.4
    else width = width + 1 end
  end
  known[word] = width
  return width
end

local function measure(blocks)
  local longest, length = 0, 0
  for word in stringify(blocks):gsub('\u{ad}', ''):gmatch('[^%s]+') do
    local width = width_of(word)
    longest = math.max(longest, width)
    length = length + width + 0.6
  end
  return length, longest
end

local function each_row(tbl, fn)
  for _, row in ipairs(tbl.head.rows) do fn(row, true) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.head) do fn(row, false) end
    for _, row in ipairs(body.body) do fn(row, false) end
  end
  for _, row in ipairs(tbl.foot.rows) do fn(row, false) end
end

-- Size of type, turned or not, and the share of the width of every column.
local function layout_of(tbl, target)
  local count = #tbl.colspecs
  local least, natural, sum, rows = {}, {}, {}, 0
  local padding = PADDING[target]
  for i = 1, count do least[i], natural[i], sum[i] = 3, 3, 0 end
  each_row(tbl, function(row, head)
    rows = rows + 1
    for i, cell in ipairs(row.cells) do
      if i > count then break end
      local length, longest = measure(cell.contents)
      -- headings are set bold
      least[i] = math.max(least[i], math.min(head and longest * 1.06 or longest, LONGEST_WORD[target]))
      if not head then natural[i] = math.max(natural[i], length) end
      sum[i] = sum[i] + length
    end
  end)
  local need, want = 0, 0
  local wish = {}
  for i = 1, count do
    local mean = sum[i] / math.max(rows, 1)
    -- a column is given room for its usual cell, or for its longest if that is short
    wish[i] = math.max(least[i], math.min(natural[i], math.max(14, mean * 1.25)))
    need = need + least[i] + padding
    want = want + wish[i] + padding
  end
  local turned, size = false, nil
  for _, candidate in ipairs { 9, 8, 7 } do
    if not size and need <= CAPACITY.upright[candidate]
      and want <= CAPACITY.upright[candidate] * (candidate == 9 and 2.2 or 3) then
      size = candidate
    end
  end
  if not size then
    turned = true
    for _, candidate in ipairs { 9, 8, 7 } do
      if not size and need <= CAPACITY.sideways[candidate] then size = candidate end
    end
    size = size or 7
  end
  local line = CAPACITY[turned and 'sideways' or 'upright'][size]
  local spare = math.max(line - need, 0)
  local more = math.max(want - need, 1)
  local total, widths = 0, {}
  for i = 1, count do
    local extra = spare < more and spare * (wish[i] - least[i]) / more or wish[i] - least[i]
    widths[i] = least[i] + padding + extra
    total = total + widths[i]
  end
  -- a small table is not stretched over the page more than it needs
  local whole = math.max(line * 0.55, math.min(line, total))
  if total < line * 0.55 then whole = total * 1.3 end
  for i = 1, count do widths[i] = widths[i] / total * math.min(whole / line, 1) end
  return { size = size, turned = turned, widths = widths }
end

-- Tables of pages say the side of a column by the class of its headings.
local function set_columns(tbl, layout)
  local numeric = {}
  each_row(tbl, function(row, head)
    for i, cell in ipairs(row.cells) do
      if head and cell.classes:includes('num') then numeric[i] = true end
      cell.classes, cell.attributes = {}, {}
    end
  end)
  for i, spec in ipairs(tbl.colspecs) do
    local side = spec[1]
    if side == 'AlignDefault' then side = numeric[i] and 'AlignRight' or 'AlignLeft' end
    tbl.colspecs[i] = { side, math.floor(layout.widths[i] * 1000) / 1000 }
  end
end

return { layout_of = layout_of, set_columns = set_columns, each_row = each_row }
