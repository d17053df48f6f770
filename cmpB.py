import json,sys,glob,collections
def load(p): return {r["id"]:r["all"][1]+r["all"][2] for f in glob.glob(f"/tmp/tests/{p}-*.jsonl") for l in open(f) for r in [json.loads(l)]}
old=load("N9"); new={}
for p in sys.argv[1:]: new|=load(p)
by=collections.defaultdict(lambda:[0,0.,0.,0])
files={i.split("::")[0] for i in new}
for i,c in old.items():
    f=i.split("::")[0]
    if f in files: by[f][1]+=c; by[f][3]+=1
for i,c in new.items(): by[i.split("::")[0]][2]+=c; by[i.split("::")[0]][0]+=1
for f,(n,a,b,m) in sorted(by.items()): print(f"{a:6.1f} → {b:6.1f}  {m}→{n} {f}")
