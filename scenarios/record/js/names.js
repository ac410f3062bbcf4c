// Which ids, classes and attributes are an author's own words, and which a framework made up and makes up anew tomorrow.

// What frameworks put before their counters.
const counters = /^(ember|mui|jss|yui|ext|ext-gen|ext-comp|gwt|gwt-uid|ui-id|x-auto|radix|headlessui|reach|chakra|mantine|downshift|react|cdk|mat|ng|p|pn_id|pr_id|v|vs|el-id|ant|rc|select2|field|input|bits|svelte|melt|lit|auto|uid|uuid|id|dijit|dojo|wicket|isc|vaadin|popup|tooltip|menu|listbox|combobox|dialog|__BVID_|floating-ui|tippy|popper|aria|gen|generated|item|row|node|component|comp|cell|tabpanel|panel)[-_:]*(?:[a-z]+[-_:]+)*\d+/i;
const hexadecimal = /^(?=.*\d)[0-9a-f]{6,}$|^[0-9a-f]{16,}$/i;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
// css-in-js and scoped styles.
const styled = /^(css|sc|jss|emotion|astro|jsx|tss|mcss)-?(?=[0-9a-z]*\d)[0-9a-z]{5,}(-\d+)?$|^css-[0-9a-z]+(-.*)?$|^sc-[0-9a-zA-Z]+(-\d+)?$|^svelte-[0-9a-z]+$|^(makeStyles|withStyles|Mui\w+)-.*-\d+$|^jss\d+$|^x(?=[0-9a-z]*\d)[0-9a-z]{5,8}$|^_(?=[0-9a-z]*\d)[0-9a-z]{3,6}$|^r-(?=[0-9a-z]*\d)[0-9a-z]{5,}$/;
const moduled = /(__|--|___)[A-Za-z0-9_+-]{5,8}$/;
// State, which the very click may change, and the marks of frameworks on all that they made.
const state = /^(is|has|was|js|ng|v|ember|cdk|mat|router-link|swiper|slick|enter|leave|fade|animate|animated|transition)(-|$)|(^|[-_])(active|selected|hover|hovered|focus|focused|focus-visible|focus-within|open|opened|close|closed|show|shown|hide|hidden|visible|invisible|disabled|enabled|current|loading|loaded|checked|unchecked|completed|done|error|valid|invalid|dirty|pristine|touched|untouched|editing|expanded|collapsed|pressed|dragging|over|on|off|first|last|odd|even|new)$/i;
// Tailwind, Bootstrap's helpers and the like: how it looks, not what it is.
const utility = /^(-?(m|p|w|h|z|gap|top|left|right|bottom|inset|order|col|row|grid|flex|space|min|max|basis|size|scale|rotate|translate|skew|origin|duration|delay|ease|opacity|text|font|leading|tracking|bg|border|rounded|shadow|ring|outline|divide|from|via|to|fill|stroke|overflow|object|align|justify|items|content|self|place|cursor|select|pointer|resize|whitespace|break|list|float|clear|d|g|fs|fw|lh|pt|pb|pl|pr|px|py|ps|pe|mt|mb|ml|mr|mx|my|ms|me|col-(xs|sm|md|lg|xl)|offset|animate|transition|transform|decoration|underline|aspect|columns|backdrop|blur|mix|table|will|snap|scroll|touch|accent|caret|appearance)(-.+)?|block|inline|inline-block|inline-flex|inline-grid|hidden|contents|flex|grid|static|fixed|absolute|relative|sticky|visible|invisible|truncate|uppercase|lowercase|capitalize|italic|underline|antialiased|container|clearfix|group|peer|sr-only|not-sr-only|row|prose|isolate|grow|shrink|btn-(sm|lg|xs))$/;

const lettersOf = (w) => w.replace(/[^A-Za-z]/g, "");
// A word that nobody would say: letters and digits in turn, capitals in the middle of it, no vowels.
const unsaid = (w) => {
  const letters = lettersOf(w), digits = w.replace(/\D/g, "");
  if (w.length < 4) return false;
  if (digits && letters && !/^[A-Za-z]{2,}\d{1,2}$/.test(w) && !/^(h[1-6]|mp[34]|utf8|i18n|a11y|l10n|x264|web[23]|md5|sha\d+|v\d+|\d+(px|th|st|nd|rd|x\d+))$/i.test(w)) return true;
  const turns = (w.match(/[a-z][A-Z]/g) || []).length;
  if (turns && letters.length / (turns + 1) < 3 && letters.length >= 5) return true;
  if (w.length <= 8 && /[a-z][A-Z]{2,}[a-z]/.test(w)) return true;
  return letters.length >= 5 && !/[aeiouyäöüéèáàóòíìúù]/i.test(letters) && !/^(https?|html|xhtml|xlsx|wrppr|sdbr|btns?|ctrl)$/i.test(letters);
};
const generated = (name) => {
  if (!name || name.length > 80 || /\s/.test(name)) return true;
  if (/[«»:$]/.test(name) || /^_r_[0-9a-z]+_$/i.test(name)) return true; // React's useId
  if (uuid.test(name) || hexadecimal.test(name) || /\d{4,}/.test(name) || /^\d/.test(name)) return true;
  if (/^ng-tns-/.test(name) || counters.test(name) || styled.test(name)) return true;
  if (/^[A-Z]{4,}(-[A-Z]{2,})+$/.test(name)) return true; // GWT, obfuscated
  const tail = moduled.exec(name);
  if (tail && unsaid(tail[0].replace(/^[-_]+/, ""))) return true;
  return name.split(/[-_.]+/).some(unsaid);
};
const goodClass = (c) => !generated(c) && !state.test(c) && !utility.test(c) && !/[[\]/!@%&]/.test(c);
// Attributes that hold what is made up: Angular's and Vue's scopes have no value, but are no names either.
const madeAttribute = (n) => /^(_ng|ng-|data-v-|data-emotion|data-reactid|data-react|data-radix|data-headlessui|data-styled|data-astro|data-s-|data-hk|data-svelte)/.test(n);
