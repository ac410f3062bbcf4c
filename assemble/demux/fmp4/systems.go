package fmp4

import "encoding/hex"

// systems names rights systems by the SystemID of their pssh box (ISO/IEC 23001-7 §8.1; DASH-IF registry).
var systems = map[string]string{
	"edef8ba979d64acea3c827dcd51d21ed": "Widevine",
	"9a04f07998404286ab92e65be0885f95": "PlayReady",
	"94ce86fb07ff4f43adb893d2fa968ca2": "FairPlay",
	"1077efecc0b24d02ace33c1e52e2fb4b": "ClearKey (EME)",
}

// system names the rights system of a pssh box's data.
func system(pssh []byte) string {
	if len(pssh) >= 20 {
		if name, ok := systems[hex.EncodeToString(pssh[4:20])]; ok {
			return name
		}
	}
	return unnamed
}

const unnamed = "an unnamed rights system"
