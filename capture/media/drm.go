package media

import (
	"encoding/hex"
	"slices"
	"strings"
)

// CommonEncryption is named where media are encrypted for a DRM system (ISO/IEC 23001-7) and nothing says for which.
const CommonEncryption = "Common Encryption"

// systems maps the DASH-IF's system identifiers, KEYFORMATs of HLS and key systems of browsers to the names that people use.
var systems = map[string]string{
	"edef8ba9-79d6-4ace-a3c8-27dcd51d21ed": "Widevine",
	"9a04f079-9840-4286-ab92-e65be0885f95": "PlayReady",
	"94ce86fb-07ff-4f43-adb8-93d2fa968ca2": "FairPlay",
	"com.apple.streamingkeydelivery":       "FairPlay",
	"com.microsoft.playready":              "PlayReady",
	"com.widevine":                         "Widevine",
	"com.widevine.alpha":                   "Widevine", // the key systems of Encrypted Media Extensions
	"com.apple.fps":                        "FairPlay",
	"org.w3.clearkey":                      "ClearKey",
	"e2719d58-a985-b3c9-781a-b030af78d30e": "ClearKey",
	"1077efec-c0b2-4d02-ace3-3c1e52e2fb4b": "ClearKey", // W3C cenc initialisation data
	"5e629af5-38da-4063-8977-97ffbd9902d4": "Marlin",
	"adb41c24-2dbf-4a6d-958b-4457c0d27b95": "Nagra",
	"3d5e6d35-9b9a-41e8-b843-dd3c6e72c42c": "ChinaDRM",
	"f239e769-efa3-4850-9c16-a903c6932efb": "Adobe Primetime",
	"9a27dd82-fde2-4725-8cbc-4234aa06ec09": "Verimatrix",
}

// System names the DRM system of a KEYFORMAT, a schemeIdUri or a UUID; "" if it is not known.
func System(id string) string {
	id = strings.Trim(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(id)), "urn:uuid:"), "{}")
	return systems[id]
}

// systemOf names the system of a pssh box by its 16 bytes.
func systemOf(id []byte) string {
	h := hex.EncodeToString(id)
	return System(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}

// withSystem adds a name to a list in words. A name says more than that there is encryption.
func withSystem(known, name string) string {
	switch {
	case name == "" || name == CommonEncryption && known != "":
		return known
	case known == "" || known == CommonEncryption:
		return name
	case slices.Contains(strings.Split(known, ", "), name):
		return known
	}
	return known + ", " + name
}
