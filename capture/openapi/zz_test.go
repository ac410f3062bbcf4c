package openapi
import ("testing";"os";"seine/testdata/api";"seine/capture/har")
func TestZZ(t *testing.T){
 for _,c:=range api.Cases(){ f,_:=os.Create("/tmp/specs/"+c.Name+".har"); if err:=har.Write(f,c.Capture(t),har.Options{Secrets:true,MaxAll:1<<30}); err!=nil {t.Fatal(err)}; f.Close() }
 f,_:=os.Create("/tmp/specs/many.har"); c,_:=many(100_000); if err:=har.Write(f,c,har.Options{Secrets:true,MaxAll:1<<30}); err!=nil {t.Fatal(err)}; f.Close()
}
