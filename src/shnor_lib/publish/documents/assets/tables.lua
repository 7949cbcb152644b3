-- How wide the columns of a printed table are, how large its type, whether it lies on its side.
--
-- Widths are counted in ems from the widths of real letters, so that a word of a heading is not cut
-- in two while the page beside the table stands empty.

local stringify = pandoc.utils.stringify

-- Points between the margins, and those a cell keeps free on both sides together.
local ROOM = { upright = 481, sideways = 742 }
local PADDING = 7.4
-- The longest word, in ems, that is never cut. Typst hyphenates, Word in most offices does not:
-- there a word that does not fit its column is cut anywhere.
local WHOLE = { typst = { head = 11, body = 7.6 }, docx = { head = 12, body = 12 } }
local TIGHT = { typst = { head = 6.6, body = 6.2 }, docx = { head = 9.6, body = 9.6 } }
-- A cell so short (a number with its share, a year, a date) is kept in one line if it can be.
local SHORT = 11.5
local BOLD = 1.12
-- Type is made smaller when that makes a long table so much shorter.
local LONG, TALL, SHORTER = 260, 4, 0.8
-- Points of a page turned sideways that a table may fill: it begins there.
local PAGE_HIGH = 445
-- Lines of a usual row, and rows, beyond which a table is turned; type of 7 points is for numbers.
local HIGH, MANY = 6, 6

-- Thousandths of an em: the wider of Libertinus Serif and Times New Roman.
local WIDTHS = {
  [200] = '|', [260] = ' .,\u{a0}', [310] = '/:;\\ijlt\'\u{202f}', [360] = '!()-I[]fr·',
  [420] = '"J`sг', [460] = '?acezаезстьэё„“', [505] = '#$*0123456789^_bdgkopqvxy{}бвкорухя',
  [565] = '+<=>FPShnu~ЗРЬдлчъ«»–−×', [615] = 'ELTZБГЕТийнпцЁ', [665] = 'BCRВКСЧЭЯф',
  [715] = 'ADGKNOQUVXYАДИЙЛОПУХЦЪжмы', [765] = 'HwНю', [820] = '&mФ', [880] = '%Ышщ',
  [930] = '@MЖМ', [970] = 'W№', [1020] = 'ШЩ—…', [1130] = 'Ю→',
}
local width = {}
for em, letters in pairs(WIDTHS) do
  for _, code in utf8.codes(letters) do width[code] = em / 1000 end
end

local known = {}
local function width_of(word)
  if known[word] then return known[word] end
  local total = 0
  for _, code in utf8.codes(word) do total = total + (width[code] or 0.6) end
  known[word] = total
  return total
end

-- Length of a text in one line and of its longest word, in ems.
local function measure(blocks)
  local longest, length = 0, 0
  for word in stringify(blocks):gsub('\u{ad}', ''):gsub('\u{2060}', ''):gmatch('[^ \t\r\n]+') do
    local own = width_of(word)
    longest = math.max(longest, own)
    length = length + own + 0.25
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

-- What the columns hold: the longest words, the longest cell, the usual cell, every cell.
local function contents_of(tbl)
  local count = #tbl.colspecs
  local found = { count = count, head = {}, body = {}, natural = {}, mean = {}, rows = {} }
  for i = 1, count do
    found.head[i], found.body[i], found.natural[i], found.mean[i] = 0, 0, 0, 0
  end
  local bodies = 0
  each_row(tbl, function(row, head)
    local lengths = {}
    if not head then bodies = bodies + 1 end
    for i, cell in ipairs(row.cells) do
      if i > count then break end
      local length, longest = measure(cell.contents)
      if head then
        found.head[i] = math.max(found.head[i], longest * BOLD)
        lengths[i] = length * BOLD
      else
        found.body[i] = math.max(found.body[i], longest)
        found.natural[i] = math.max(found.natural[i], length)
        found.mean[i] = found.mean[i] + length
        lengths[i] = length
      end
    end
    found.rows[#found.rows + 1] = lengths
  end)
  for i = 1, count do found.mean[i] = found.mean[i] / math.max(bodies, 1) end
  return found
end

local function sum(list)
  local total = 0
  for _, value in ipairs(list) do total = total + value end
  return total
end

-- Spread room over columns by weight, none beyond its most; what is left after that stays.
local function spread(widths, most, weight, room)
  for _ = 1, #widths do
    local open = 0
    for i = 1, #widths do if widths[i] < most[i] - 1e-6 then open = open + weight[i] end end
    if room < 0.05 or open == 0 then break end
    local given = 0
    for i = 1, #widths do
      if widths[i] < most[i] - 1e-6 then
        local more = math.min(most[i] - widths[i], room * weight[i] / open)
        widths[i] = widths[i] + more
        given = given + more
      end
    end
    room = room - given
  end
end

-- Lines of all rows together, each as high as its longest cell.
local function lines_of(found, widths)
  local total = 0
  for _, lengths in ipairs(found.rows) do
    local lines = 1
    for i, length in pairs(lengths) do
      -- half a word stays empty at the end of a line
      if length > widths[i] then
        lines = math.max(lines, math.ceil(length / math.max(widths[i] - 1.6, widths[i] * 0.6)))
      end
    end
    total = total + lines
  end
  return total
end

-- Move room from the column that needs it least to the one where it saves most lines.
local function improved(found, widths, least, full)
  local lines = lines_of(found, widths)
  local function with(i, more)
    widths[i] = widths[i] + more
    local answer = lines_of(found, widths)
    widths[i] = widths[i] - more
    return answer
  end
  for _, step in ipairs { 3, 3, 3, 1.5, 1.5, 1.5, 0.7, 0.7, 0.7 } do
    if lines <= #found.rows then break end
    local giver, taker, cost, gain
    for i = 1, found.count do
      if widths[i] - step >= least[i] then
        local after = with(i, -step)
        if not cost or after < cost then giver, cost = i, after end
      end
      if widths[i] < full[i] then
        local after = with(i, step)
        if not gain or after < gain then taker, gain = i, after end
      end
    end
    if giver and taker and giver ~= taker then
      widths[giver], widths[taker] = widths[giver] - step, widths[taker] + step
      local after = lines_of(found, widths)
      if after < lines then
        lines = after
      else
        widths[giver], widths[taker] = widths[giver] + step, widths[taker] - step
      end
    end
  end
  return widths
end

-- Ems of every column at a size of type; nil if even the narrowest columns do not fit.
local function columns_of(found, limits, room)
  local least, full, narrow, weight = {}, {}, {}, {}
  for i = 1, found.count do
    least[i] = math.max(1.2, math.min(found.head[i], limits.head), math.min(found.body[i], limits.body))
    full[i] = math.max(least[i], found.natural[i] + 0.2)
    narrow[i] = full[i] <= SHORT and full[i] or least[i]
    weight[i] = math.max(found.mean[i], found.natural[i] / 3, 0.1)
  end
  if sum(least) > room then return nil end
  if sum(full) <= room then return full end
  local widths = sum(narrow) <= room and narrow or least
  spread(widths, full, weight, room - sum(widths))
  return improved(found, widths, least, full)
end

-- Points a table is high, so that two sizes of type can be compared.
local function height_of(found, widths, size)
  return lines_of(found, widths) * size * 1.2 + 6 * #found.rows
end

-- Size of type, turned or not, and the share of the width of every column.
local function layout_of(tbl, target)
  local found = contents_of(tbl)
  local function at(size, limits, side)
    local room = (ROOM[side] - found.count * PADDING) / size
    local widths = columns_of(found, limits[target], room)
    return widths and { size = size, side = side, room = room, widths = widths }
  end
  local function usual(each)
    -- a table of many rows as high as this is better read on a wide page
    local rows = #found.rows
    local high = each and each.size > 7 and HIGH or 2
    return each and (rows < MANY or lines_of(found, each.widths) <= high * rows) and each
  end
  local best = usual(at(9, WHOLE, 'upright')) or usual(at(8, WHOLE, 'upright'))
    or usual(at(9, TIGHT, 'upright')) or usual(at(8, TIGHT, 'upright'))
    or usual(at(7, TIGHT, 'upright')) or at(9, WHOLE, 'sideways') or at(8, WHOLE, 'sideways')
    or at(9, TIGHT, 'sideways') or at(8, TIGHT, 'sideways') or at(7, TIGHT, 'sideways')
  if not best then
    best = { size = 7, side = 'sideways', room = (ROOM.sideways - found.count * PADDING) / 7 }
    best.widths = {}
    for i = 1, found.count do best.widths[i] = best.room / found.count end
  end
  if best.size == 9 then
    local high = height_of(found, best.widths, 9)
    local tall = lines_of(found, best.widths) > TALL * #found.rows
    local smaller = (high > LONG or tall) and at(8, WHOLE, best.side)
    local less = smaller and height_of(found, smaller.widths, 8)
    if less and (less < SHORTER * high
        or best.side == 'sideways' and high > PAGE_HIGH and less <= PAGE_HIGH) then
      best = smaller
    end
  end
  local line, total, widths = ROOM[best.side], 0, {}
  for i = 1, found.count do
    widths[i] = best.widths[i] * best.size + PADDING
    total = total + widths[i]
  end
  -- a small table is not stretched over the page more than it needs
  local whole = math.min(line, total)
  if total < line * 0.55 then whole = math.min(line * 0.55, total * 1.3) end
  for i = 1, found.count do widths[i] = widths[i] / total * whole / line end
  return { size = best.size, turned = best.side == 'sideways', widths = widths }
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
