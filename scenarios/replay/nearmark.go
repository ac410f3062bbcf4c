package replay

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// markColor is that of the boxes.
var markColor = image.NewUniform(color.RGBA{R: 0xd6, G: 0x1f, B: 0x69, A: 0xff})

// digits are those of 1 to 5, three pixels wide and five high, a row in each three bits.
var digits = [mostNear][5]uint8{{2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 7, 1, 7}, {5, 5, 7, 1, 1}, {7, 4, 7, 1, 7}}

// boxed is a picture with a numbered box around each of the elements; scale is its pixels in a CSS pixel. Nil if it cannot be read.
func boxed(picture []byte, near []Near, scale float64) []byte {
	src, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil
	}
	dst := image.NewRGBA(src.Bounds())
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Src)
	for i, n := range near[:min(len(near), mostNear)] {
		r := image.Rect(int(n.X*scale), int(n.Y*scale), int((n.X+n.Width)*scale), int((n.Y+n.Height)*scale)).Inset(-4)
		outline(dst, r)
		digit(dst, r.Min, i)
	}
	var out bytes.Buffer
	if png.Encode(&out, dst) != nil {
		return nil
	}
	return out.Bytes()
}

// outline draws a frame of three pixels.
func outline(dst draw.Image, r image.Rectangle) {
	const thick = 3
	for _, edge := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+thick)},
		{image.Pt(r.Min.X, r.Max.Y-thick), r.Max},
		{r.Min, image.Pt(r.Min.X+thick, r.Max.Y)},
		{image.Pt(r.Max.X-thick, r.Min.Y), r.Max},
	} {
		draw.Draw(dst, edge, markColor, image.Point{}, draw.Src)
	}
}

// digit draws the number of the i-th box on a plate above its corner, or in it at the picture's edge.
func digit(dst draw.Image, at image.Point, i int) {
	const unit, wide, high = 3, 15, 21
	at.X, at.Y = max(at.X, 0), max(at.Y-high, 0)
	draw.Draw(dst, image.Rectangle{at, at.Add(image.Pt(wide, high))}, markColor, image.Point{}, draw.Src)
	for y, row := range digits[i] {
		for x := range 3 {
			if row&(4>>x) != 0 {
				from := at.Add(image.Pt(unit+x*unit, unit+y*unit))
				draw.Draw(dst, image.Rectangle{from, from.Add(image.Pt(unit, unit))}, image.White, image.Point{}, draw.Src)
			}
		}
	}
}
