// Letter-to-sound rules for words that no dictionary knows: names, brands, misspellings.

import { type Phones, readPhones } from "./phones.ts";

// One rule: a pattern at the current letter, and its phones ("-" for none). The first that matches wins.
const RULES = `
^a$=AX augh=AO air=EH_R are$=EH_R arr=AE_R ar=AA_R ai|ay=EY au|aw=AO ae=IY al(?=[kdt]|l$)=AO_L able$=AX_B_AX_L
age$=IH_JH a(?=ti)=EY a(?=[bcdfgklmnpstvz](e|ing|er))=EY a$=AX a=AE
eigh=EY ear=IH_R eau=OW ea=IY eer=IH_R ee=IY ei=IY eu|ew=UW ey$=IY ere$=IH_R er(?=[aeiou])=EH_R er=ER
(?<=[td])ed$=IH_D (?<=[aeiou].?[^aeiou]*(?:[ckpsfx]|sh|ch))ed$=T (?<=[aeiouy].*)ed$=D
(?<=s|x|z|ch|sh|c|g)es$=IH_Z (?<=[aeiouy].*)es$=Z e(?=[bcdfgklmnpstvz]e)=IY (?<=[aeiouy].*)e$=- e=EH
igh=AY ique=IY_K ies$=IY_Z (?<=^..?)ie$=AY ie=IY ign=AY_N ing=IH_NG i(?=nd$|ld$)=AY ir=ER i(?=[bcdfgklmnpstvz]e)=AY
i(?=[ao])=IY i$=IY i=IH
ough=AO ook=UH_K oor=AO_R oo=UW our=AO_R ous$=AX_S ou=AW ow$=OW ow=AW oi|oy=OY oa=OW oe=OW or=AO_R
o(?=[bcdfgklmnpstvz]e)=OW o(?=ld|lt|ll$|st$)=OW on$=AX_N o$=OW o=AA
ui=UW ur=ER (?<=q|g)u(?=[aeio])=- ue$=UW u(?=[bcdfgklmnpstvz][ei])=UW u$=UW u=AH
^y=Y y(?=[aeiou])=Y (?<=^[^aeiou]+)y$=AY y$=IY y=IH
bb=B (?<=m)b$=- b=B
tch=CH sch=SH cch=K ^ch(?=[rl])=K ch=CH ck=K cc(?=[eiy])=K_S cc=K ci(?=[aou])=SH cz=CH c(?=[eiy])=S c=K
dge=JH dj=JH dd=D d=D ff=F f=F ph=F
^gh=G gh=- ^gn=N gn$=N gg=G ge$=JH g(?=e[^r]|i[^r]|y)=JH g=G ^h=HH h(?=[aeiouy])=HH h=-
j=JH ^kn=N kh=K kk=K k=K ll=L (?<=[bcdfgkpstz])le$=AX_L l=L mm=M ^mc=M_AX_K m=M
nn=N ng(?=[aeiou])=NG_G ng=NG n(?=k|x|q)=NG n=N pp=P ^ps=S p=P que$=K qu=K_W q=K
rrh?=R rh=R r=R
sh=SH ssion=SH_AX_N sion=ZH_AX_N ss=S sc(?=[eiy])=S sz=SH (?<=[aeiouy])s(?=[aeiouy])=Z
(?<=[bdglmnrvwy]|[aeiou][aeo])s$=Z s=S
tion=SH_AX_N th=TH tt=T ture=CH_ER t=T v=V wh=W ^wr=R (?<=[aeou])w$=- w=W ^x=Z x=K_S zz=T_S zh=ZH z=Z
`;

const TABLE = RULES.split(/\s+/)
  .filter(Boolean)
  .map((rule) => {
    const cut = rule.lastIndexOf("=");
    const phones = rule.slice(cut + 1).replaceAll("_", " ");
    return { pattern: new RegExp(rule.slice(0, cut), "y"), phones: phones === "-" ? "" : phones };
  });

const NAMES =
  "EY,B IY,S IY,D IY,IY,EH F,JH IY,EY CH,AY,JH EY,K EY,EH L,EH M,EH N,OW,P IY,K Y UW,AA R,EH S,T IY,Y UW,V IY,D AH B AX L Y UW,EH K S,W AY,Z IY".split(
    ",",
  );

/**
 * Guesses how a word of the letters a to z is said; one without a vowel is spelt out ("tv": T IY V IY). On dictionary
 * words it gets two phones in three: enough to align names, since both sides err in the same way.
 */
export function soundOut(word: string): Phones {
  if (!/[aeiouy]/.test(word)) return spellOut(word);
  const spoken: string[] = [];
  for (let at = 0; at < word.length; ) {
    const rule = TABLE.find(({ pattern }) => {
      pattern.lastIndex = at;
      return pattern.test(word);
    });
    if (rule?.phones) spoken.push(rule.phones);
    at = rule ? rule.pattern.lastIndex : at + 1;
  }
  return spoken.length === 0 ? spellOut(word) : readPhones(spoken.join(" "));
}

function spellOut(word: string): Phones {
  return readPhones([...word].map((letter) => NAMES[letter.charCodeAt(0) - 97] ?? "").join(" "));
}
