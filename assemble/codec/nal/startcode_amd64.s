#include "textflag.h"

// func scan(p *byte, n int) int
TEXT ·scan(SB), NOSPLIT, $0-24
	MOVQ  p+0(FP), SI
	MOVQ  n+8(FP), CX
	XORQ  BX, BX
	VPXOR Y7, Y7, Y7
	MOVL  $0x01010101, AX
	VMOVD AX, X6
	VPBROADCASTD X6, Y6

	// Two zero bytes in a row are rare: a byte or-ed with the next one is zero only there.
pairs:
	CMPQ     BX, CX
	JGE      none
	VMOVDQU  (SI)(BX*1), Y0
	VMOVDQU  32(SI)(BX*1), Y2
	VPOR     1(SI)(BX*1), Y0, Y0
	VPOR     33(SI)(BX*1), Y2, Y2
	VPMINUB  Y0, Y2, Y4
	VPCMPEQB Y4, Y7, Y4
	VPTEST   Y4, Y4
	JNZ      third

next:
	ADDQ $64, BX
	JMP  pairs

	// The byte behind them is to be 1.
third:
	VPXOR     2(SI)(BX*1), Y6, Y1
	VPXOR     34(SI)(BX*1), Y6, Y3
	VPOR      Y0, Y1, Y0
	VPOR      Y2, Y3, Y2
	VPCMPEQB  Y0, Y7, Y0
	VPCMPEQB  Y2, Y7, Y2
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y2, DX
	SHLQ      $32, DX
	ORQ       DX, AX
	JZ        next
	BSFQ      AX, AX
	ADDQ      AX, BX
	VZEROUPPER
	MOVQ      BX, ret+16(FP)
	RET

none:
	VZEROUPPER
	MOVQ CX, ret+16(FP)
	RET
