-- Of a person's lists, those of people are counted: they are what the address beside the number shows.
UPDATE objects SET lists = (
    SELECT count(*) FROM edges JOIN objects AS list ON list.key = edges.target
    WHERE edges.kind = 6 AND edges.source = objects.key
    AND EXISTS (SELECT 1 FROM json_each(list.document, '$.objectTypes') WHERE value = 'person')
) WHERE lists > 0;
