// Every verb of podlab, as a table. Help, parsing and completion are all made from it.

import type { Verb } from './command.ts';
import { fileVerbs } from './verb-tables/file-verbs.ts';
import { labVerbs } from './verb-tables/lab-verbs.ts';
import { machineVerbs } from './verb-tables/machine-verbs.ts';
import { roomVerbs } from './verb-tables/room-verbs.ts';
import { workshopVerbs } from './verb-tables/workshop-verbs.ts';

export const verbs: readonly Verb[] = [...labVerbs, ...roomVerbs, ...workshopVerbs, ...fileVerbs, ...machineVerbs];
