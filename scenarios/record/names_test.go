package record_test

import (
	"encoding/json"
	"strings"
	"testing"

	"seine/browser/browsertest"
	"seine/scenarios/record"
)

// made are names that frameworks make up, as they stand in pages of theirs.
const made = `
:r1: :R1aql6: «r0» _r_1f_
radix-:r3: radix-2 headlessui-menu-button-:r1: headlessui-listbox-option-12 reach-tabs--1
mui-123 mui-4 MuiButton-root-12 makeStyles-root-17 jss42 css-1a2b3c4 css-9vd5ud css-1wxaqej-MuiGrid-root
sc-bdVaJa sc-1x2y3z4-0 sc-gsTCUz kXqPzT bZkQxT iVXCSc e1gr6w2l0
mat-input-0 mat-mdc-form-field-label-12 cdk-overlay-3 cdk-describedby-message-1 ng-tns-c12-0 mat-select-value-5
ember123 ember1045 __BVID__12 v-12 input-57 svelte-1ohoxpx svelte-abc123
gwt-uid-12 GALD-WOBF x-auto-1 ext-gen1234 ext-comp-1001 yui_3_17_2_1_1234567 ui-id-3
select2-x-12 react-select-2-input downshift-0-item-3 rc_select_1 rc-tabs-0 ant-12 el-id-1024-1
Button_root__3xY7z styles_header__Ab3xZ _button_1a2b3_12 styles-module--x--Ab3dE
x1lliihq x78zum5 _55r1 r-1oszu61 gLFyf VfPpkd-LgbsSe
550e8400-e29b-41d4-a716-446655440000 item-550e8400e29b41d4a716446655440000 5f3a9c 8f14e45fceea167a
row-12345 order_20260203 user1234567 42 3col field-1
`

// said are names that an author has said.
const said = `
plain save login-form search searchBox main-content user_name nav-bar step-1 tab2 section-3 h1 col2 mp4-player
checkout__button btn-primary MuiButton-root todo-list new-todo toggle-all clear-completed product-card addToCart
email1 contact form header footer sidebar newsletter-signup i18n-picker video1 utf8 passwordField submitButton
hero_title cart-items priceTable firstName billing-address site-logo open-close
`

// state and looks are classes that are names, but of what the element is like now.
const state = `active is-open hover ng-pristine ng-valid has-error selected completed editing btn-active ember-view
p-4 flex md:flex hover:bg-blue-500 text-sm w-[12px] -mt-2 mx-auto col-md-6 d-none items-center rounded-lg bg-white justify-between grid absolute container`

// TestNames: what frameworks make up is no name.
func TestNames(t *testing.T) {
	tab := browsertest.New(t, nil)
	p := &person{t, tab, tab.Session()}
	ask := func(f, words string) []string {
		list, _ := json.Marshal(strings.Fields(words))
		var out []string
		if err := json.Unmarshal([]byte(p.eval(p.on, "(() => {"+record.NamesJS+"return "+string(list)+".filter((w) => "+f+"); })()")), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := ask("!generated(w)", made); len(got) > 0 {
		t.Errorf("taken for names: %q", got)
	}
	if got := ask("generated(w)", said); len(got) > 0 {
		t.Errorf("taken for made up: %q", got)
	}
	if got := ask("goodClass(w)", state); len(got) > 0 {
		t.Errorf("taken for good classes: %q", got)
	}
	if got := ask("!madeAttribute(w)", "_ngcontent-abc-c12 _nghost-x data-v-7ba5bd90 data-emotion data-reactid"); len(got) > 0 {
		t.Errorf("taken for attributes: %q", got)
	}
}
