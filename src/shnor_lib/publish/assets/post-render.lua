-- Run by Quarto after rendering (`project: post-render`). Quarto puts two CDN scripts into
-- every page made from a notebook; nothing here needs them, and no request may leave the site.
-- Quarto runs this file as a Pandoc filter: no global names, no `return`.

local system, path = pandoc.system, pandoc.path
local output = os.getenv('QUARTO_PROJECT_OUTPUT_DIR') or '_site'

local function without_cdn(html)
  return (html:gsub('[ \t]*<script[^>]-src="https?://[^"]*"[^>]*>%s*</script>[ \t]*\r?\n?',
    function(tag)
      if tag:find('require%.min%.js') or tag:find('require%.js') or tag:find('jquery') then
        return ''
      end
    end)
    -- Quarto adds this line after the two scripts; without jQuery it would be an error.
    :gsub('[ \t]*<script[^>]*>%s*define%(%s*[\'"]jquery[\'"].-</script>[ \t]*\r?\n?', ''))
end

local function clean(file)
  local handle = io.open(file, 'rb')
  if not handle then return end
  local html = handle:read('a')
  handle:close()
  local cleaned = without_cdn(html)
  if cleaned ~= html then
    handle = assert(io.open(file, 'wb'))
    handle:write(cleaned)
    handle:close()
  end
end

local function walk(folder)
  for _, name in ipairs(system.list_directory(folder)) do
    local child = path.join { folder, name }
    if name:match('%.html$') then
      clean(child)
    elseif name ~= 'site_libs' and pcall(system.list_directory, child) then
      walk(child)
    end
  end
end

if pcall(system.list_directory, output) then walk(output) end
